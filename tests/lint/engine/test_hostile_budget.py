"""Small files that describe much work end soon, and what is beside them is still linted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from ..runner import dlint

if TYPE_CHECKING:
    from pathlib import Path

DOCKERFILE = "FROM debian:12\nCOPY . /app\n"
NINE = ", ".join(["*x{0}"] * 9)
FILES = {
    "expansion": (
        "Dockerfile",
        "FROM debian\nENV V0=aaaaaaaaaa\n" + "".join(f"ENV V{i}=$V{i - 1}$V{i - 1}\n" for i in range(1, 60)),
    ),
    "yaml merges": (
        "compose.yaml",
        "x0: &x0 {a: b}\n"
        + "".join(f"x{i}: &x{i} {{<<: [{NINE.format(i - 1)}]}}\n" for i in range(1, 12))
        + "services: {a: {build: .}}\n",
    ),
    "yaml aliases": (
        "compose.yaml",
        "x0: &x0 [a]\n" + "".join(f"x{i}: &x{i} [{NINE.format(i - 1)}]\n" for i in range(1, 12)) + "services: {}\n",
    ),
    "yaml aliases of a build": (
        "compose.yaml",
        "x0: &x0 [a]\n"
        + "".join(f"x{i}: &x{i} [{NINE.format(i - 1)}]\n" for i in range(1, 12))
        + "services: {a: {build: .}}\n",
    ),
    "hcl text": (
        "docker-bake.hcl",
        'variable "v0" {default="aaaaaaaaaa"}\n'
        + "".join(f'variable "v{i}" {{default="${{v{i - 1}}}${{v{i - 1}}}"}}\n' for i in range(1, 41))
        + 'target "a" {context="${v40}"}\n',
    ),
    "hcl calls": (
        "docker-bake.hcl",
        'function "f" {\nparams=[x]\nresult={a=f(x),b=f(x),c=f(x),d=f(x)}\n}\ntarget "t" {\nargs={z=f("1")}\n}\n',
    ),
    "bake inherits": (
        "docker-bake.hcl",
        "".join(
            f'target "t{i}" {{\ninherits=[{",".join(f"{chr(34)}t{j}{chr(34)}" for j in range(i))}]\n}}\n'
            for i in range(24)
        ),
    ),
}  # fmt: skip

NOTES = {
    "yaml aliases of a build": ":1: aliases and merges repeat too many nodes; the builds in this file are unknown",
    "hcl text": ": its expressions are too expensive to evaluate; what depends on them is unknown",
    "hcl calls": ": its expressions are too expensive to evaluate; what depends on them is unknown",
}
"""What is said of a file whose builds are not all known."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    (tmp_path / ("a" * 200 + ".Dockerfile")).write_text("FROM debian\n")
    return tmp_path


@pytest.mark.parametrize("name", FILES)
def test_the_others_are_linted_in_time(name: str, folder: Path) -> None:
    file, text = FILES[name]
    (folder / file).write_text(text)
    began = time.perf_counter()
    done = dlint("--isolated", "--select", "DL3006", ".", cwd=folder)
    assert time.perf_counter() - began < 10
    assert done.codes == ["DL3006"] * 2
    assert done.status == 1
    said = NOTES.get(name)
    assert said is None or f"dlint: {file}{said}" in done.err, done.err


def test_a_workflow_that_is_too_large_is_said_to_be_read_in_part(folder: Path) -> None:
    (folder / ".github" / "workflows").mkdir(parents=True)
    steps = "- run: docker build .\n" + "- {a: [b], c: [d]}\n" * 10_000
    (folder / ".github" / "workflows" / "a.yml").write_text(steps)
    done = dlint("--isolated", "--select", "DL3006", ".", cwd=folder)
    assert "dlint: .github/workflows/a.yml: only its first 20,000 values were searched for builds" in done.err
    assert done.codes == ["DL3006"] * 2
