"""Rules about the package managers of programming languages."""
