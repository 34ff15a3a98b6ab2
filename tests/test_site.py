"""The documentation site builds, and no link in it is broken."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from dockerfile_dlint.rules import RULES

ROOT = Path(__file__).parent.parent


def test_the_site_builds_strictly(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is not installed: pip install '.[dev]'")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "site" / "rules" / "DL3009" / "index.html").read_text("utf-8")
    assert f"dlint {version('dockerfile-dlint')}" in page
    assert "System packages" in page
    assert 'rel="next"' in page
    assert "assets/favicon.svg" in page
    for code in ("SYN001", "SYN002", "SC"):
        assert (tmp_path / "site" / "rules" / code / "index.html").is_file()
    index = json.loads((tmp_path / "site" / "search" / "search_index.json").read_text())
    separator = re.compile(index["config"]["separator"])
    found = [
        (set(separator.split(re.sub(r"<[^>]*>", " ", f"{page['title']} {page['text']}").lower())), page["location"])
        for page in index["docs"]
    ]
    for rule in RULES:
        for name in (rule.code, *(each.partition(":")[2] or each for each in rule.aliases)):
            words = set(filter(None, separator.split(name.lower())))
            places = [place for tokens, place in found if words <= tokens]
            assert any(place.startswith(f"rules/{rule.code}/") for place in places), (
                f"{name} does not lead to {rule.code}"
            )
