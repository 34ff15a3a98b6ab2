"""Rules about the build cache."""
