"""The page of a rule as a file that an editor can open, and where it lies."""

from __future__ import annotations

import os

from pygls.uris import from_fs_path

from ...rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...rules.base import Rule
    from .app import App
    from .documents import Document

_WIKI = "https://www.shellcheck.net/wiki/"
_links: dict[str, str] = {}
_by_code: dict[str, Rule] = {}


def rule_of(code: str) -> Rule | None:
    """The rule with a code."""
    if not _by_code:
        _by_code.update((rule.code, rule) for rule in RULES)
    return _by_code.get(code)


def page_of(code: str) -> str:
    """The page of a rule in Markdown; empty when there is none."""
    from ..explain import ENGINE_PAGES

    rule = rule_of(code)
    if rule is None:
        return ENGINE_PAGES.get(code, "")
    from ..page import page

    return page(rule)


def link(ls: App, document: Document, code: str) -> str:
    """Where the page of a rule can be read: the setting `ruleUrl`, ShellCheck's wiki, or a file; empty for nowhere."""
    template = ls.settings(document).rule_url
    if template and not code.startswith("SC"):
        return template.replace("{code}", code)
    if code not in _links:
        _links[code] = _WIKI + code if code.startswith("SC") else _file(code, ls.version)
    return _links[code]


def _file(code: str, version: str) -> str:
    """The URI of the page as a file of the user's cache, which is written when it is not there."""
    text = page_of(code)
    if not text:
        return ""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(base, "dlint", f"rules-{version}")
    path = os.path.join(folder, f"{code}.md")
    data = text.encode()
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return from_fs_path(path) or ""
    except OSError:
        pass  # It is written below.
    try:
        os.makedirs(folder, exist_ok=True)
        temporary = os.path.join(folder, f".{code}.{os.getpid()}")
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        return ""
    return from_fs_path(path) or ""
