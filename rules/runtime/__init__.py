"""Rules about what the container runs."""
