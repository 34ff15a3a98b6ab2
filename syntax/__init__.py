"""Source text, lossless tree, words and shell commands of a Dockerfile. Imports nothing from the layers above."""
