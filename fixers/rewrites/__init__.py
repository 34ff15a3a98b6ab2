"""Rewrites of whole stages: order for the cache, slim base, builder and runtime, .dockerignore."""
