"""Every compose file of the applications that builds something leads to a Dockerfile and its context."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from dockerfile_dlint.lint.sources.invocations.index import BuildFinder, is_compose, read_builds

from .shared import shared

_BUILD = re.compile(r"^\s+build\s*:", re.MULTILINE)


def test_compose_files_of_applications() -> None:
    apps = shared("corpus/apps")
    seen = 0
    for path in sorted(p for p in apps.rglob("*") if p.is_file() and is_compose(p.name)):
        text = path.read_text("utf-8", "replace")
        written = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        wanted = len(_BUILD.findall("\n".join(written)))
        found = read_builds(str(path))
        assert len(found) == wanted, path
        for build in found:
            assert build.context is not None and os.path.isdir(build.context), build
            assert os.path.isfile(build.dockerfile), build
            assert Path(build.context).is_relative_to(apps), build
            roots = [str(apps / path.relative_to(apps).parts[0])]
            again = BuildFinder().of(build.dockerfile, roots)
            assert (build.name, build.context) in [(each.name, each.context) for each in again], build
        seen += len(found)
    if not seen:
        pytest.skip("no application with a compose file that builds")
