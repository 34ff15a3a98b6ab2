"""Rules about what cannot work."""
