"""Edits of a text, and the builders that make them. Fixes consist of nothing else."""
