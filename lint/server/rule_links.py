"""The page of a rule as a file that an editor can open, and where it lies."""

from __future__ import annotations

import os

from ...rules import RULES
from ..output.links import cached_page_file, page_cache_directory, published_url
from .uris import path_to_uri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...rules.base import Rule
    from .documents import Document
    from .workbench import Workbench

_links: dict[str, str] = {}
_unwritten: list[str] = []
_by_code: dict[str, Rule] = {}


def rule_by_code(code: str) -> Rule | None:
    """The rule with a code."""
    if not _by_code:
        _by_code.update((rule.code, rule) for rule in RULES)
    return _by_code.get(code)


def rule_page_url(workbench: Workbench, document: Document, code: str) -> str:
    """Where the page of a rule can be read: where `ruleUrl` or the configuration says, ShellCheck's wiki, or a file.

    Empty for nowhere. A file is written when there is time, by `write_pages`: before anybody can click.
    """
    address = published_url(code, workbench.settings(document).rule_url or document.rule_url)
    if address:
        return address
    if code not in _links:
        folder = page_cache_directory(workbench.version)
        is_kept = _can_write(folder) and (rule_by_code(code) is not None or code.startswith("SYN"))
        _links[code] = path_to_uri(os.path.join(folder, f"{code}.md")) if is_kept else ""
        if is_kept:
            _unwritten.append(code)
    return _links[code]


def _can_write(folder: str) -> bool:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def write_pages(version: str) -> None:
    """Write the pages to which links were given, unless they are there."""
    while _unwritten:
        cached_page_file(_unwritten.pop(), version)
