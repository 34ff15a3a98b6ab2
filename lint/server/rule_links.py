"""Links to rule pages: a published address, or a file in the user's cache that an editor can open."""

from __future__ import annotations

import os

from ...rules import RULES
from ..output.links import cached_page_file, page_cache_directory, published_url
from .uris import path_to_uri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...rules.base import Rule


def rule_by_code(code: str) -> Rule | None:
    """The rule with a code."""
    return next((rule for rule in RULES if rule.code == code), None)


class RulePages:
    """The links to rule pages, and the pages that are still to be written to the user's cache."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._links: dict[str, str] = {}
        self._unwritten: list[str] = []

    def url(self, code: str, template: str) -> str:
        """The address of a rule's page; empty if there is none. `template` is the setting or key `rule-url`.

        A page in the cache is written later, by `write`.
        """
        address = published_url(code, template)
        if address:
            return address
        if code not in self._links:
            directory = page_cache_directory(self._version)
            has_page = rule_by_code(code) is not None or code.startswith("SYN")
            is_cached = has_page and _is_writable(directory)
            self._links[code] = path_to_uri(os.path.join(directory, f"{code}.md")) if is_cached else ""
            if is_cached:
                self._unwritten.append(code)
        return self._links[code]

    def write(self) -> None:
        """Write the linked pages that are not in the cache yet."""
        while self._unwritten:
            cached_page_file(self._unwritten.pop(), self._version)


def _is_writable(directory: str) -> bool:
    try:
        os.makedirs(directory, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK)
