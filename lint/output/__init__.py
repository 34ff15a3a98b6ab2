"""Output of findings, diffs, rule pages and links."""
