"""The `order` rewrite: move instructions so that a change invalidates less of the build cache."""
