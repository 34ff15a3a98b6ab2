"""Rules about image."""
