"""The layout that `dlint format` gives a file."""
