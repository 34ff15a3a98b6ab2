"""Images: references, tags, the catalog of official images."""
