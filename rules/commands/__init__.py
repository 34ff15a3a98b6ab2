"""Rules about shell commands."""
