"""Rules on the ledger and its balance."""
