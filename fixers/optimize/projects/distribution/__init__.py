"""Programs compiled, and languages installed, with the packages of Debian and Ubuntu."""
