"""`--format jsonl`: one object per line, each a finding as in `--format json`."""

from __future__ import annotations

import json

from ..source_texts import SourceCache
from .json import diagnostic_json, replace_surrogates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """The lines."""
    sources = SourceCache()
    return "".join(
        replace_surrogates(json.dumps(diagnostic_json(d, sources), ensure_ascii=False)) + "\n" for d in diagnostics
    )
