"""Edits and fixes: what a rule proposes to change. Knows nothing of rules or lint."""
