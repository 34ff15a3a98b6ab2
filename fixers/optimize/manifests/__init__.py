"""The files that describe dependencies: which of them an install reads, and what they hold."""
