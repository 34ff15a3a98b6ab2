"""The model of a build: stages, states, images, package managers, context. Imports nothing from the layers above."""
