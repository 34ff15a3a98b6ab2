"""A Code Quality report of GitLab. Source: docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""

from __future__ import annotations

from ..source_texts import SourceCache
from .ci import fingerprints, relative_path
from .json import dumps_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...engine.diagnostic import Diagnostic

_LEVELS = {"error": "major", "warning": "minor", "info": "info", "style": "info"}


def render(diagnostics: Iterable[Diagnostic], files: int) -> Iterator[str]:
    """The list as JSON."""
    found = (
        {
            "description": f"{d.code}: {d.message}",
            "check_name": d.code,
            "fingerprint": number,
            "severity": _LEVELS[d.severity],
            "location": {"path": relative_path(d), "lines": {"begin": d.start[0], "end": d.end[0]}},
        }
        for d, number in fingerprints(diagnostics, SourceCache())
    )
    return dumps_items(list[object](), found)
