"""`--format jsonl`: an object a line, each a finding as `--format json` has it."""

from __future__ import annotations

import json

from ..source_texts import Sources
from .json import as_object, clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """The lines."""
    sources = Sources()
    return "".join(clean(json.dumps(as_object(d, sources), ensure_ascii=False)) + "\n" for d in diagnostics)
