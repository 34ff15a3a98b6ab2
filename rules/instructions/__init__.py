"""Rules about single instructions that hadolint has too."""
