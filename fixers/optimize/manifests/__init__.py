"""Dependency manifests: which of them an install reads, and their content."""
