"""How a Dockerfile is built, as compose files, bake files and CI workflows describe it."""
