"""Rules on files as files: bytes, header, rows, cells."""
