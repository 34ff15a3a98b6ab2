"""`--format jsonl`: one object per line, each a finding as in `--format json`."""

from __future__ import annotations

from ..source_texts import SourceCache
from .json import diagnostic_json, dumps_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic], files: int) -> Iterator[str]:
    """The lines."""
    sources = SourceCache()
    return (dumps_line(diagnostic_json(d, sources)) for d in diagnostics)
