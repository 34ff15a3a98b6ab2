"""What a .dockerignore file should exclude."""
