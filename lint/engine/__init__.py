"""Linting: from a file and its settings to diagnostics."""
