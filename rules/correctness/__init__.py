"""Rules about instructions that cannot work."""
