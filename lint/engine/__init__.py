"""The lint engine: from a file and its configuration to diagnostics."""
