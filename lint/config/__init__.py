"""Configuration: where it is found, what it may hold, and which rules it selects."""
