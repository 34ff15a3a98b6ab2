"""BuildKit's own checks, where hadolint has no rule for them."""
