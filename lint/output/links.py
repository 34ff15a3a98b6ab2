"""Where the page of a rule can be read, and which terminals make links of text."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..engine.lint_plans import LintPlans
    from ..engine.report import Report

_WIKI = "https://www.shellcheck.net/wiki/"
_PLACE = "{code}"

_PROGRAMS = frozenset(("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "zed"))
"""Of $TERM_PROGRAM, terminals that know OSC 8. Source: the list of adopters kept beside its specification."""
_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")
_VTE = 5001
"""The first version of VTE (GNOME's terminal and its kin) that takes links without fault, as $VTE_VERSION says it."""
_BETWEEN = ("screen", "tmux", "dumb", "unknown", "linux")
"""Of $TERM, programs between us and the terminal that may keep the codes back, and terminals without links."""


def published_url(code: str, template: str) -> str:
    """The address of a rule's page: ShellCheck's wiki, or what `rule-url` says; empty when it says nothing."""
    if code.startswith("SC"):
        return _WIKI + code
    return template.replace(_PLACE, code)


def set_rule_urls(reports: Iterable[Report], plans: LintPlans) -> None:
    """Write into each finding where its page is published, as the configuration of its file says it."""
    for report in reports:
        if report.diagnostics:
            template: str = plans.config(report.file if report.file != "<stdin>" else "-").get("rule-url", "")
            for d in report.diagnostics:
                d.url = published_url(d.code, template)


def supports_hyperlinks(environment: Mapping[str, str]) -> bool:
    """Whether the terminal makes links of OSC 8; $FORCE_HYPERLINK, 0 or 1, decides where it is set."""
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0")
    term = environment.get("TERM", "")
    if term.startswith(_BETWEEN) or "TMUX" in environment or "STY" in environment:
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM", "") in _PROGRAMS
        or term.startswith(_TERMS)
        or (vte.isdecimal() and int(vte) >= _VTE)
        or any(name in environment for name in ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM"))
    )


def is_local_terminal(environment: Mapping[str, str]) -> bool:
    """Whether the terminal runs on this machine, so that it can open a file of ours."""
    return not any(name in environment for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def rule_page_markdown(code: str) -> str:
    """The page of a rule in Markdown; empty when there is none."""
    from ...rules import RULES
    from .engine_pages import ENGINE_PAGES

    rule = next((rule for rule in RULES if rule.code == code), None)
    if rule is None:
        return ENGINE_PAGES.get(code, "")
    from .rule_page import rule_page

    return rule_page(rule)


def page_cache_directory(version: str) -> str:
    """The folder of the user's cache in which the pages of a version lie."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "dlint", f"rules-{version}")


def cached_page_file(code: str, version: str) -> str:
    """The path of a rule's page in the user's cache, where it is written when it is not there; empty for none."""
    text = rule_page_markdown(code)
    if not text:
        return ""
    folder = page_cache_directory(version)
    path = os.path.join(folder, f"{code}.md")
    data = text.encode()
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return path
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
    return path


def file_url(path: str) -> str:
    """A path as a `file:` address with the name of this machine, which terminals compare with theirs."""
    import socket
    from urllib.parse import quote

    return f"file://{socket.gethostname()}{quote(os.path.abspath(path))}"
