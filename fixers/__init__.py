"""Edits, fixes, formatting, optimization and verification. Imports neither rules nor lint."""
