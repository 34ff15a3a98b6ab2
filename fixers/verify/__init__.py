"""Building the files before and after a rewrite, and comparing the images."""
