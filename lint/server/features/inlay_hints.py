"""Inlay hints, if the setting `inlayHints` is on: user and directory of commands, expanded images, COPY targets."""

from __future__ import annotations

from lsprotocol import types

from ....syntax.tree import Cmd, CopyOrAdd, Entrypoint, From, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build
    from ....syntax.tree import Instruction
    from ..dlint_server import DlintServer


def inlay_hints(server: DlintServer, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    """The hints of the instructions in a range."""
    document = server.document(params.text_document.uri)
    if document is None or not server.settings(document).inlay_hints:
        return None
    first, last = document.offset(params.range.start), document.offset(params.range.end)
    found: list[types.InlayHint] = []
    for instruction in document.dockerfile.instructions:
        if instruction.start > last or instruction.end < first:
            continue
        text = _text(document.build, instruction)
        if text:
            position = document.position(instruction.keyword_end)
            found.append(types.InlayHint(position, f" {text}", padding_left=False, padding_right=True))
    return found


def _text(build: Build, instruction: Instruction) -> str:
    if isinstance(instruction, From):
        base = instruction.base
        value = build.global_state.value(base.text) if base and "$" in base.text else None
        return value or ""
    if isinstance(instruction, Run | Cmd | Entrypoint):
        state = build.state(instruction)
        return " ".join(part for part in (state.user, state.workdir) if part)
    if isinstance(instruction, CopyOrAdd) and instruction.destination is not None:
        text = instruction.destination.text
        path = build.state(instruction).path(text)
        return f"→ {path}" if path and not text.startswith("/") else ""
    return ""
