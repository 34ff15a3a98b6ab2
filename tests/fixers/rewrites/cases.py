"""A build context on disk and what the rewrites make of its Dockerfile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockerfile_dlint.fixers.optimize.pipeline import optimize
from dockerfile_dlint.model.context import Context

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dockerfile_dlint.fixers.optimize.base.rewrite import Step
    from dockerfile_dlint.fixers.optimize.pipeline import OptimizeResult


def rewritten(folder: Path, dockerfile: str, files: Mapping[str, str], *names: str) -> OptimizeResult:
    """The Dockerfile after the rewrites `names`, with these files in its context."""
    for name, text in {**files, "Dockerfile": dockerfile}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return optimize(dockerfile, str(folder / "Dockerfile"), Context(str(folder)), unchanged, names or ("multi-stage",))


def unchanged(text: str, _last: bool) -> tuple[str, list[Step]]:
    """No fixes of rules."""
    return text, []


def refusal(folder: Path, dockerfile: str, files: Mapping[str, str], name: str = "multi-stage") -> str:
    """Why the rewrite refuses; the text must be as it was."""
    result = rewritten(folder, dockerfile, files, name)
    assert result.text == dockerfile
    (outcome,) = result.outcomes
    assert outcome.rejection is not None
    return f"{outcome.rejection.line}: {outcome.rejection}"
