"""Source text, lossless tree, words and shell commands of a Dockerfile. Knows nothing of the folders above."""
