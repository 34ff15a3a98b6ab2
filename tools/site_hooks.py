"""Hooks of mkdocs: the version in the site's name, and the rules by theme in the navigation."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from make_docs import by_theme  # mkdocs imports hooks with this directory on the path.


def on_config(config: Any) -> None:
    """Complete the configuration of mkdocs.yml."""
    config.site_name = f"dlint {version('dockerfile-dlint')}"
    rules: list[Any] = next(entry["Rules"] for entry in config.nav if "Rules" in entry)
    for theme, members in by_theme().items():
        rules.append({theme: [{f"{rule.code} {rule.name}": f"rules/{rule.code}.md"} for rule in members]})
    rules.append({"ShellCheck": "rules/SC.md"})
