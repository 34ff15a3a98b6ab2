"""Hover texts: findings, help on instructions and flags, values of variables, stages, base images, rebuilt steps."""

from __future__ import annotations

import re

from lsprotocol import types

from ....model.layers import local_sources, makes_layer, rebuilt_after
from ....syntax.tree import Arg, CopyOrAdd, Env, From
from ...output.links import rule_page_markdown
from ..diagnostics import without_surrogates
from ..documents import iter_instructions
from ..rule_links import rule_by_code
from .instruction_help import MOUNT_OPTIONS, MOUNT_TYPES, flag_help, instruction_help
from .symbol_index import STAGE, occurrence_at, occurrences_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....model.build import Build, Stage
    from ....syntax.tree import Comment, Flag, Instruction
    from ..dlint_server import DlintServer
    from ..documents import Document
    from .symbol_index import SymbolOccurrence

    Section = tuple[str, int, int]

_CODE = re.compile(r"[A-Za-z]+[0-9]+|[a-z]+(?:-[a-z]+)+|[A-Z][A-Za-z]+")
_MAX_STEPS = 12
_MAX_FILES = 5


def hover(server: DlintServer, params: types.HoverParams) -> types.Hover | None:
    """The hover text at a position."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    server.lint(document)
    offset = document.offset(params.position)
    # The narrowest range comes first.
    sections = sorted([*_findings(server, document, offset), *_words(document, offset)], key=_width)
    if not sections:
        sections = list(_line(document, offset))
    if not sections:
        return None
    _, start, end = sections[0]
    text = "\n\n---\n\n".join(text for text, _, _ in sections)
    return types.Hover(types.MarkupContent(_kind(server), without_surrogates(text)), document.range(start, end))


def _kind(server: DlintServer) -> types.MarkupKind:
    """Markdown, or plain text for a client that supports nothing else."""
    formats = server.workbench.client_capability("textDocument", "hover", "contentFormat")
    plain = formats is not None and types.MarkupKind.Markdown.value not in formats
    return types.MarkupKind.PlainText if plain else types.MarkupKind.Markdown


def _width(section: Section) -> int:
    return section[2] - section[1]


def _findings(server: DlintServer, document: Document, offset: int) -> Iterator[Section]:
    for d in document.diagnostics:
        start, end = document.span(d)
        if start <= offset < end or offset == start:
            rule = rule_by_code(d.code)
            about = _main_part(rule.documentation) if rule is not None else ""
            href = server.workbench.rule_url(document, d.code)
            name = f"[{d.code} {d.name}]({href})" if href else f"{d.code} {d.name}"
            yield f"**{name}** ({d.severity}): {d.message}\n\n{about}".rstrip(), start, end


def _main_part(documentation: str) -> str:
    """The summary, the reason, the remedy and the fix safety of a rule page; the hover links to the rest."""
    head, *sections = re.split(r"(?m)^## ", documentation)
    kept = [f"## {section}" for section in sections if section.startswith(("Why", "What to do", "Fix safety"))]
    return "".join([head, *kept])


def _words(document: Document, offset: int) -> Iterator[Section]:
    for comment in document.dockerfile.comments:
        if comment.start <= offset <= comment.end:
            yield from _suppression(document, comment, offset)
            return
    place = occurrence_at(document.build, offset)
    if place is not None:
        text = _stage(document.build, place) if place.key[0] == STAGE else _variable(document, place)
        yield text, place.start, place.end
    for node in iter_instructions(document.dockerfile):
        if node.start <= offset <= node.end:
            yield from _instruction(document, node, offset)


def _suppression(document: Document, comment: Comment, offset: int) -> Iterator[Section]:
    """The page of the rule named at an offset of a suppression comment."""
    if not any(word in comment.text.lower() for word in ("ignore", "skip", "disable")):
        return
    from ...config.selection import rules_named

    line = document.text.text[comment.start : comment.end]
    for match in _CODE.finditer(line):
        start, end = comment.start + match.start(), comment.start + match.end()
        if start <= offset <= end:
            for rule in rules_named(match.group())[:1]:
                yield rule_page_markdown(rule.code), start, end


def _instruction(document: Document, node: Instruction, offset: int) -> Iterator[Section]:
    build = document.build
    start = node.logical.offset(node.start_index) if node.start_index < len(node.logical.text) else node.start
    if start <= offset <= node.keyword_end:
        parts = [instruction_help(node.name), rebuilt_steps(build, node.parent or node)]
        yield "\n\n".join(part for part in parts if part), start, node.keyword_end
        return
    for flag in node.flags:
        if flag.start <= offset <= flag.end:
            yield from _flag(document, node, flag, offset)
    if isinstance(node, From):
        yield from _base(build, node, offset)
    elif isinstance(node, CopyOrAdd) and node.parent is None and not node.flag("from"):
        for source in node.sources:
            if source.start <= offset <= source.end:
                yield _source(build, node, source.text), source.start, source.end


def _base(build: Build, node: From, offset: int) -> Iterator[Section]:
    base = node.base
    if base is not None and base.start <= offset <= base.end:
        stage = next((stage for stage in build.stages if stage.from_ is node), None)
        if stage is not None and stage.parent is None:
            yield base_image_help(stage), base.start, base.end


def _line(document: Document, offset: int) -> Iterator[Section]:
    """The steps that run again after a change of the instruction, if there is nothing else to show."""
    instruction = document.instruction_at(offset)
    if instruction is not None:
        text = rebuilt_steps(document.build, instruction)
        if text:
            yield text, instruction.start, instruction.end


def _flag(document: Document, node: Instruction, flag: Flag, offset: int) -> Iterator[Section]:
    text = document.text.text
    name_end = flag.start + len("--") + len(flag.name)
    if offset <= name_end:
        found = flag_help(node.name, flag.name)
        if found:
            yield found, flag.start, min(name_end, flag.end)
        return
    if flag.name == "mount":
        for match in re.finditer(r"([a-z]+)(=[^,]*)?", text[name_end + 1 : flag.end]):
            start, end = name_end + 1 + match.start(), name_end + 1 + match.end()
            if start <= offset <= end:
                key = {"dst": "target", "destination": "target", "src": "source"}.get(match.group(1), match.group(1))
                value = (match.group(2) or "=")[1:]
                parts = [MOUNT_OPTIONS.get(key, ""), MOUNT_TYPES.get(value, "") if key == "type" else ""]
                about = "\n\n".join(part for part in parts if part)
                if about:
                    yield f"`{match.group()}`\n\n{about}", start, end


# Steps, variables, stages, images and sources -----------------------------------------------------------------------


def rebuilt_steps(build: Build, instruction: Instruction) -> str:
    """The steps that run again if the instruction changes, as Markdown; empty for an instruction outside stages."""
    if isinstance(instruction, From):
        stage = next((stage for stage in build.stages if stage.from_ is instruction), None)
        if stage is None or not stage.instructions:
            return ""
        instruction = stage.instructions[0]
    elif build.stage_of(instruction) is None:
        if isinstance(instruction, Arg):
            return "A change here affects the FROM lines that use it and everything built on them."
        return ""
    steps = rebuilt_after(build, instruction)
    if makes_layer(instruction):
        steps = [instruction, *steps]
    if not steps:
        return "A change here rebuilds no layers; it only changes the image configuration."
    lines = [f"- line {step.start_line}: `{_short(step)}`" for step in steps[:_MAX_STEPS]]
    if len(steps) > _MAX_STEPS:
        lines.append(f"- and {len(steps) - _MAX_STEPS} more")
    count = "1 step runs" if len(steps) == 1 else f"{len(steps)} steps run"
    return f"**After a change here, {count} again:**\n\n" + "\n".join(lines)


def _short(instruction: Instruction) -> str:
    source = [flag.text for flag in instruction.flags if flag.name == "from"]
    text = " ".join(" ".join([instruction.name, *source, instruction.arguments_text]).split()).replace("`", "'")
    return text if len(text) <= 60 else text[:59] + "…"


def _variable(document: Document, place: SymbolOccurrence) -> str:
    """The value of the variable at a place, and the lines that set it."""
    build, name = document.build, place.key[1]
    instruction = place.instruction
    state = build.state(instruction.parent or instruction)
    lines = [document.source.line(each.start) for each in occurrences_of(build, place) if each.defines]
    numbers = ", ".join(map(str, lines))
    set_by = f"Set on line{'s' if len(lines) > 1 else ''} {numbers}." if lines else ""
    if place.defines and isinstance(instruction, Env | Arg):
        value = _assigned_value(build, instruction, place)
        what = "default value" if isinstance(instruction, Arg) else "value"
    else:
        value, what = state.vars.get(name), "value here"
    if value is not None:
        return f"**${name}**: {what} `{value or '(empty)'}`\n\n{set_by}".rstrip()
    if name in state.unknown or lines:
        return f"**${name}**: the {what} is not known before the build\n\n{set_by}".rstrip()
    return f"**${name}**: not set in this file; the base image or the shell may set it"


def _assigned_value(build: Build, instruction: Env | Arg, place: SymbolOccurrence) -> str | None:
    """The value that an ENV or ARG assigns to the variable at a place; None if it is unknown."""
    pair = next((pair for pair in instruction.pairs if pair.key.start == place.start), None)
    if pair is None:
        return None
    if pair.value is None:
        return build.global_args.get(place.key[1])
    return build.state(instruction.parent or instruction).value(pair.value.text)


def _stage(build: Build, place: SymbolOccurrence) -> str:
    """The base image, instructions, final user and directory of a stage, and the lines that use it."""
    stage = build.stages[place.key[2]]
    state = stage.state(len(stage.instructions))
    base = stage.from_.base.text if stage.from_.base else "?"
    counts: dict[str, int] = {}
    for instruction in stage.instructions:
        counts[instruction.name] = counts.get(instruction.name, 0) + 1
    contents = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no instructions"
    users = sorted({each.instruction.start_line for each in occurrences_of(build, place) if not each.defines})
    lines = [
        f"**Stage {stage.display_name}** from `{base}`, line {stage.from_.start_line}",
        f"- contains {contents}",
        f"- final user: `{state.user}`" if state.user else "",
        f"- final working directory: `{state.workdir}`" if state.workdir else "",
        f"- used on line{'s' if len(users) > 1 else ''} {', '.join(map(str, users))}" if users else "",
        "- final stage: this is the built image" if stage is build.final_stage else "",
    ]
    return "\n".join(line for line in lines if line).replace("\n", "\n\n", 1)


def base_image_help(stage: Stage) -> str:
    """The facts of the image catalog about the base image of a stage, as Markdown."""
    from ....model.images.catalog import catalog_source

    image = stage.image
    if image is None:
        return "**Base image**: not known before the build, as its name contains variables without a value"
    if image == "scratch":
        return "**scratch**: the empty image, without files and shell"
    facts = stage.base_facts
    if facts is None:
        return f"**{image}**: not an official image in dlint's catalog"
    rows = [
        ("distribution", " ".join(part for part in (facts.family, facts.suite) if part)),
        ("C library", facts.libc),
        ("package manager", facts.manager),
        ("compressed size", f"{facts.compressed_bytes / 1e6:.1f} MB" if facts.compressed_bytes else None),
        ("user", facts.user),
        ("working directory", facts.workdir),
        ("entrypoint", " ".join(facts.entrypoint) if facts.entrypoint else None),
        ("command", " ".join(facts.cmd) if facts.cmd else None),
        ("bash", None if facts.has_bash is None else "yes" if facts.has_bash else "no"),
    ]
    table = "\n".join(f"- {name}: `{value}`" for name, value in rows if value)
    recorded = f"\n\nRecorded on {facts.recorded_on}." if facts.recorded_on else ""
    return f"**{image}**\n\n{table}{recorded}\n\nSource: {catalog_source()}"


def _source(build: Build, node: CopyOrAdd, text: str) -> str:
    """The files in the build context that a source of COPY or ADD matches."""
    context = build.context
    if context is None:
        return f"`{text}`: the build context is unknown"
    names = list(local_sources(build, node))
    value = build.state(node).value(text)
    if value is None:
        return f"`{text}`: not known before the build, as it contains a variable without a value"
    import posixpath

    name = posixpath.normpath("/" + value).lstrip("/")
    if name not in names:
        return f"`{text}`: not from the build context"
    found = context.match(name) if name else ["."]
    if not found:
        return f"`{text}`: not found in the build context `{context.root}`"
    listed = "\n".join(f"- `{each}`{'' if context.includes(each) else ' (ignored)'}" for each in found[:_MAX_FILES])
    more = f"\n- and {len(found) - _MAX_FILES} more" if len(found) > _MAX_FILES else ""
    return f"In the build context `{context.root}`:\n\n{listed}{more}"
