"""What the build would do: stages, states, images, package managers, context. Knows nothing of fixers, rules, lint."""
