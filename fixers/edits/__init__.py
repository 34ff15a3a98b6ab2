"""Edits of a text, and the builders that make them: the only currency of fixes."""
