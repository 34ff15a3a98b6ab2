"""What is known of Python projects."""
