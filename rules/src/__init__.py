"""Rules on sources and how claims rest on them."""
