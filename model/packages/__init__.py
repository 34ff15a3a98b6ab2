"""Package managers: their commands, options and packages."""
