"""Images: references, the catalog of official ones, slimmer variants. The questions that rules and the build ask."""

from __future__ import annotations

from .base_image import BaseFacts, base_facts
from .catalog import catalog_source, is_official, known_tag
from .reference import ImageRef, InvalidReferenceError, parse_reference
from .slim import Slim, slimmer
from .tags import Tag, split_tag

__all__ = [
    "BaseFacts",
    "ImageRef",
    "InvalidReferenceError",
    "Slim",
    "Tag",
    "base_facts",
    "catalog_source",
    "is_official",
    "known_tag",
    "parse_reference",
    "slimmer",
    "split_tag",
]
