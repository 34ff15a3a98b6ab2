"""Real repositories with a .hadolint.yaml each: dlint does with it what hadolint does."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import yaml
from dockerfile_dlint.lint.sources.discovery import discover

from ..beside_hadolint import of_dlint, of_hadolint
from .shared import shared

COUNT = 10
"""Repositories, taken evenly from all in the order of their names."""

CONFIGURATIONS: tuple[dict[str, object], ...] = (
    {"ignored": ["DL3008", "DL3018", "DL3059"]},
    {"ignored": ["DL3006", "DL3007", "DL3013", "DL3042"], "failure-threshold": "warning"},
    {"failure-threshold": "error", "override": {"warning": ["DL3000", "DL3004", "DL3020"]}},
    {"override": {"error": ["DL3006", "DL3007"], "style": ["DL3059", "DL3015"]}, "failure-threshold": "error"},
    {"trustedRegistries": ["quay.io", "*.example.com"], "ignored": ["DL3016", "SC2086"]},
    {"no-fail": True, "ignored": ["DL3025"]},
    {"failure-threshold": "none", "ignored": ["DL4006", "DL3045"]},
    {"label-schema": {"maintainer": "text", "version": "semver"}, "strict-labels": True},
    {"disable-ignore-pragma": True, "override": {"info": ["DL3042", "DL3013"], "warning": ["DL3057"]}},
    {"ignored": [], "failure-threshold": "info"},
)


def repositories(folder: Path) -> list[tuple[Path, list[str]]]:
    """Repositories of the corpus with the Dockerfiles that hadolint can parse, copied."""
    found: list[tuple[Path, list[str]]] = []
    apps = sorted(path for path in shared("corpus/apps").iterdir() if path.is_dir())
    for app in apps:
        files = [os.path.relpath(each.path, app) for each in discover([str(app)]) if not each.error]
        for file in files:
            (folder / app.name / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(app / file, folder / app.name / file)
        if files and all(code != "DL1000" for _, _, code, _ in of_hadolint(folder / app.name, files)[1]):
            found.append((folder / app.name, files))
    step = max(1, len(found) // COUNT)
    return found[::step][:COUNT]


def test_ten_repositories(tmp_path: Path) -> None:
    """The same rules are off in the same files, severities are changed alike, and the exit status is the same.

    What the rules find otherwise in these files is compared elsewhere (docs/differences.md); here it may differ for
    a finding in a hundred.
    """
    chosen = repositories(tmp_path)
    same: Counter[bool] = Counter()
    different: list[str] = []
    for (folder, files), configuration in zip(chosen, CONFIGURATIONS, strict=True):
        (folder / ".git").mkdir()
        # One file has its own say, as files of real repositories have.
        first = folder / files[0]
        first.write_bytes(b"# hadolint global ignore=DL3003\n" + first.read_bytes())
        (folder / ".hadolint.yaml").write_text(yaml.safe_dump(configuration))
        theirs, ours = of_hadolint(folder, sorted(files)), of_dlint(folder, ".")
        if theirs[0] != ours[0]:
            different.append(f"{folder.name}: hadolint gave {theirs[0]}, dlint {ours[0]}")
        off = set(configuration.get("ignored", ()))  # pyright: ignore[reportCallIssue, reportArgumentType]
        assert not {code for _, _, code, _ in ours[1] | theirs[1]} & off
        levels = {(code, level) for _, _, code, level in ours[1]}
        assert all(len({level for c, level in levels if c == code}) == 1 for code, _ in levels if code[:2] == "DL")
        # Several findings of ShellCheck in one RUN are one to hadolint.
        for row in theirs[1] | ours[1]:
            if re.match("DL", row[2]):
                same[row in theirs[1] and row in ours[1]] += 1
                if row not in theirs[1] or row not in ours[1]:
                    different.append(f"{'hadolint' if row in theirs[1] else 'dlint'} alone: {row}")
    print(f"{len(chosen)} repositories, {sum(same.values())} findings: {same[True]} the same", *different, sep="\n")
    assert len(chosen) == COUNT
    assert not [line for line in different if "gave" in line], different
    assert same[True] >= 0.97 * sum(same.values()), different
