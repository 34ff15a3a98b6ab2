"""The house stands: a folder imports only from itself and from those below it."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
LAYERS = ("lint", "rules", "fixers", "model", "syntax")
"""From the top to the bottom."""
PACKAGE = "dockerfile_dlint"
SOURCES = sorted(path for layer in LAYERS for path in (CHECKOUT / layer).rglob("*.py"))


def imported(source: str, path: str) -> set[str]:
    """The folders from which the source of the module at `path` ("rules/base.py") imports, wherever in it.

    Imports inside functions and for type checkers only count as the others.
    """
    folder = (PACKAGE, *path.split("/")[:-1])
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(tuple(name.name.split(".")) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            found.update((*module, name.name) for name in node.names)
    return {name[1] for name in found if name[0] == PACKAGE and len(name) > 1}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_imports_point_down(path: Path) -> None:
    own = path.relative_to(CHECKOUT)
    below = LAYERS[LAYERS.index(own.parts[0]) :]
    upward = imported(path.read_text("utf-8"), own.as_posix()) - set(below)
    assert not upward, f"{own} imports from {sorted(upward)}; it may import from {', '.join(below)} only"


@pytest.mark.parametrize(
    ("statement", "folders"),
    [
        ("from ..lint.select import choose", {"lint"}),
        ("from .. import lint, model", {"lint", "model"}),
        ("from ..lint import *", {"lint"}),
        ("from .base import Rule", {"rules"}),
        ("from . import base", {"rules"}),
        ("import dockerfile_dlint.lint.main", {"lint"}),
        ("from dockerfile_dlint import fixers", {"fixers"}),
        ("def f():\n    from ..lint.main import main", {"lint"}),
        ("if TYPE_CHECKING:\n    from ..lint.main import main", {"lint"}),
        ("import os, lint\nfrom rich.text import Text", set()),
    ],
)
def test_imports_are_seen(statement: str, folders: set[str]) -> None:
    assert imported(statement, "rules/image.py") == folders


def test_imports_are_seen_from_a_theme() -> None:
    assert imported("from ...model.build import Build\nfrom ..base import rule", "rules/x/y.py") == {"model", "rules"}


def test_every_folder_of_sources_has_its_place() -> None:
    """What is installed is listed: a folder that pyproject.toml forgets would be missing in the wheel only."""
    setuptools = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {path.parent.relative_to(CHECKOUT) for path in SOURCES}
    assert {f"{PACKAGE}.{'.'.join(folder.parts)}" for folder in folders} == set(setuptools["packages"])
    assert setuptools["package-dir"].keys() == {f"{PACKAGE}.{layer}" for layer in LAYERS}
