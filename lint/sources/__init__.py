"""Which files are linted, and how they are built."""
