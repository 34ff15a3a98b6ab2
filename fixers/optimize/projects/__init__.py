"""What is known of the projects of a language: its manifests, dependencies and programs, and the images for it."""
