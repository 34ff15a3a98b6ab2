"""Rules about the package managers of distributions."""
