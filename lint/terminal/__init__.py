"""Standard output, standard error and exit statuses."""
