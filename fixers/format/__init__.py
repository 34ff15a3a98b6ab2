"""`dlint format`."""
