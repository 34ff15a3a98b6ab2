"""The page of a rule as a file that an editor can open, and where it lies."""

from __future__ import annotations

from pygls.uris import from_fs_path

from ...rules import RULES
from ..links import page_file, published

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...rules.base import Rule
    from .app import App
    from .documents import Document

_links: dict[str, str] = {}
_by_code: dict[str, Rule] = {}


def rule_of(code: str) -> Rule | None:
    """The rule with a code."""
    if not _by_code:
        _by_code.update((rule.code, rule) for rule in RULES)
    return _by_code.get(code)


def link(ls: App, document: Document, code: str) -> str:
    """Where the page of a rule can be read: the setting `ruleUrl`, ShellCheck's wiki, or a file; empty for nowhere."""
    address = published(code, ls.settings(document).rule_url)
    if address:
        return address
    if code not in _links:
        path = page_file(code, ls.version)
        _links[code] = (from_fs_path(path) or "") if path else ""
    return _links[code]
