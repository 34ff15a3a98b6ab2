"""Addresses of rule pages, and terminals that support hyperlinks."""

from __future__ import annotations

import os

from ...model.disk import read_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..engine.planning import LintPlans
    from ..engine.report import Report

_WIKI = "https://www.shellcheck.net/wiki/"
_CODE = "{code}"

_PROGRAMS = frozenset(("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "zed"))
"""Values of $TERM_PROGRAM of terminals with OSC 8 hyperlinks. Source: the adopters listed in its specification."""
_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")
_VTE = 5001
"""$VTE_VERSION of the first VTE (GNOME Terminal and others) in which hyperlinks do not crash."""
_WITHOUT_LINKS = ("screen", "tmux", "dumb", "unknown", "linux")
"""Values of $TERM of multiplexers, which may not pass hyperlinks on, and of terminals without hyperlinks."""


def published_url(code: str, template: str) -> str:
    """The URL of a rule's page: ShellCheck's wiki, or `template` (the key `rule-url`) with the code; may be empty."""
    if code.startswith("SC"):
        return _WIKI + code
    return template.replace(_CODE, code)


def set_rule_urls(reports: Iterable[Report], plans: LintPlans) -> None:
    """Set `url` of each finding, from the configuration of its file."""
    for report in reports:
        if report.diagnostics:
            template: str = plans.config(report.file if report.file != "<stdin>" else "-").get("rule-url", "")
            report.replace_diagnostics([d.with_url(published_url(d.code, template)) for d in report.diagnostics])


def supports_hyperlinks(environment: Mapping[str, str]) -> bool:
    """Whether the terminal supports OSC 8 hyperlinks; $FORCE_HYPERLINK (0 or 1) overrides the detection."""
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0")
    term = environment.get("TERM", "")
    if term.startswith(_WITHOUT_LINKS) or "TMUX" in environment or "STY" in environment:
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM", "") in _PROGRAMS
        or term.startswith(_TERMS)
        or (vte.isdecimal() and int(vte) >= _VTE)
        or any(name in environment for name in ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM"))
    )


def is_local_terminal(environment: Mapping[str, str]) -> bool:
    """Whether the terminal runs on this machine and can open local files."""
    return not any(name in environment for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def rule_page_markdown(code: str) -> str:
    """The page of a rule or of a code of ShellCheck in Markdown; empty for an unknown code."""
    from ...rules import RULES
    from .rule_page import rule_page, shellcheck_page

    if code.startswith("SC"):
        return shellcheck_page(code)
    return next((rule_page(rule) for rule in RULES if rule.code == code), "")


def page_cache_directory(version: str) -> str:
    """The directory in the user's cache for the pages of a version of dlint."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "dlint", f"rules-{version}")


def cached_page_file(code: str, version: str) -> str:
    """The path of a rule's page in the user's cache, written if missing; empty if there is no page or no cache."""
    from ...fixers.write import write_output

    text = rule_page_markdown(code)
    if not text:
        return ""
    directory = page_cache_directory(version)
    path = os.path.join(directory, f"{code}.md")
    data = text.encode()
    try:
        if read_file(path, len(data)) == data:
            return path
    except OSError:
        pass  # Not cached yet.
    try:
        os.makedirs(directory, exist_ok=True)
        write_output(path, data)
    except OSError:
        return ""
    return path


def file_url(path: str) -> str:
    """A path as a `file:` URL with this machine's name, which terminals compare with their own."""
    import socket
    from urllib.parse import quote

    return f"file://{socket.gethostname()}{quote(os.path.abspath(path))}"
