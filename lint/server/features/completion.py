"""Completion of instructions, flags, mount options, stages, variables, context files, official images and tags."""

from __future__ import annotations

import os
import re
from functools import cache

from lsprotocol import types

from ....model.state import PLATFORM_ARGS
from ....syntax.instruction_checks import INSTRUCTION_FLAGS, KEYWORDS
from ..diagnostics import without_surrogates
from .instruction_help import MOUNT_OPTIONS, MOUNT_TYPES, OPTIONS_BY_MOUNT_TYPE, flag_help, instruction_help

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....model.build import Build, Stage
    from ....syntax.tree import Instruction
    from ..dlint_server import DlintServer
    from ..documents import Document

_KINDS = types.CompletionItemKind
_MAX_ITEMS = 200
_PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/s390x",
              "linux/riscv64", "windows/amd64", "$BUILDPLATFORM", "$TARGETPLATFORM")  # fmt: skip
_VALUES: dict[tuple[str, str], Sequence[str]] = {
    ("FROM", "platform"): _PLATFORMS,
    ("RUN", "network"): ("default", "none", "host"),
    ("RUN", "security"): ("sandbox", "insecure"),
    ("ADD", "keep-git-dir"): ("true", "false"),
    ("ADD", "unpack"): ("true", "false"),
}
_DOCKER_HUB = ("docker.io/", "library/")
_LABELS = ("authors", "base.digest", "base.name", "created", "description", "documentation", "licenses", "ref.name",
           "revision", "source", "title", "url", "vendor", "version")  # fmt: skip
"""The keys in `org.opencontainers.image`. Source: the annotations of the OCI Image Format Specification."""
_PRERELEASE = re.compile(r"(?:^|[-.\d])(?:rc|alpha|beta|ea|nightly)")
_SHARING = ("shared", "private", "locked")
_SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH")
_FIRST_ARGUMENTS: dict[str, tuple[types.CompletionItemKind, Sequence[str]]] = {
    "HEALTHCHECK": (_KINDS.Keyword, ("CMD", "NONE")),
    "STOPSIGNAL": (_KINDS.Value, _SIGNALS),
    "SHELL": (_KINDS.Value, ('["/bin/sh", "-c"]', '["/bin/bash", "-o", "pipefail", "-c"]')),
}
_EXPANDED = frozenset(("ADD", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "ONBUILD", "RUN", "STOPSIGNAL", "USER",
                       "VOLUME", "WORKDIR", "ARG", "CMD", "ENTRYPOINT", "HEALTHCHECK"))  # fmt: skip


class _Cursor:
    """The context of a completion request: the instruction before the cursor as one line, and the current word."""

    def __init__(self, document: Document, offset: int) -> None:
        self.document = document
        self.offset = offset
        self.build: Build = document.build
        text = document.text.text
        self.instruction: Instruction | None = None
        for instruction in document.dockerfile.instructions:
            if instruction.start <= offset:
                self.instruction = instruction
        line = text.rfind("\n", 0, offset) + 1
        inside = self.instruction
        self.in_heredoc = inside is not None and any(d.start <= offset <= d.end for d in inside.heredocs)
        head = text[_first_line(text, line, document.dockerfile.escape) : offset]
        escape = re.escape(document.dockerfile.escape)
        head = re.sub(r"(?m)^[ \t]*#.*\n", "", head)
        self.line = re.sub(escape + r"[ \t]*\r?\n[ \t]*", " ", head).lstrip()
        self.raw_line = text[line:offset]
        words = self.line.split()
        self.keyword = words[0].upper() if words else ""
        while self.keyword == "ONBUILD" and len(words) > 1:
            words = words[1:]
            self.keyword = words[0].upper()
            self.line = self.line.split(None, 1)[1]
        fresh = not self.line or self.line[-1].isspace()
        self.word = "" if fresh else words[-1]
        self.before = words[1:] if fresh else words[1:-1]
        self.at_keyword = len(words) == 0 or (len(words) == 1 and not fresh)

    @property
    def stage(self) -> Stage | None:
        """The stage at the cursor."""
        found: Stage | None = None
        for stage in self.build.stages:
            if stage.start <= self.offset:
                found = stage
        return found


def _first_line(text: str, line: int, escape: str) -> int:
    """The start of the first line of the instruction that continues on the line starting at `line`."""
    first = line
    while line:
        previous = text.rfind("\n", 0, line - 1) + 1
        content = text[previous:line].strip()
        if content.endswith(escape) and not content.startswith("#"):
            first = previous
        elif content and not content.startswith("#"):
            break
        line = previous
    return first


def completion(server: DlintServer, params: types.CompletionParams) -> types.CompletionList | None:
    """The completions at a position."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    cursor = _Cursor(document, document.offset(params.position))
    items: list[types.CompletionItem] = []
    for item in _items(cursor):
        items.append(item)
        if len(items) >= _MAX_ITEMS:
            return types.CompletionList(True, items)
    return types.CompletionList(False, items)


def _items(cursor: _Cursor) -> Iterator[types.CompletionItem]:
    if cursor.raw_line.lstrip().startswith("#"):
        yield from _comment(cursor)
        return
    if cursor.in_heredoc:
        return
    variable = re.search(r"\$(\{?)(\w*)$", cursor.raw_line)
    if variable and cursor.keyword in _EXPANDED:
        yield from _variables(cursor, len(variable.group(2)), closing="}" if variable.group(1) else "")
        return
    if cursor.at_keyword:
        yield from _keywords(cursor)
        return
    in_flags = all(word.startswith("--") for word in cursor.before)
    if in_flags and cursor.word.startswith("-"):
        yield from _flags(cursor)
        return
    yield from _arguments(cursor)
    if in_flags and not cursor.word and cursor.keyword in INSTRUCTION_FLAGS:
        yield from _flag_names(cursor)


def _item(
    cursor: _Cursor,
    label: str,
    kind: types.CompletionItemKind,
    typed: int,
    *,
    detail: str = "",
    text: str = "",
    about: str = "",
    order: str = "",
) -> types.CompletionItem:
    """An item that replaces the `typed` characters before the cursor."""
    document = cursor.document
    edit = types.TextEdit(document.range(cursor.offset - typed, cursor.offset), text or label)
    return types.CompletionItem(
        label,
        kind=kind,
        detail=detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, about) if about else None,
        text_edit=edit,
        filter_text=text or label,
        sort_text=order or None,
    )


def _keywords(cursor: _Cursor) -> Iterator[types.CompletionItem]:
    lower = cursor.word != "" and cursor.word.islower() and _writes_lower(cursor.build)
    known = KEYWORDS if cursor.build.stages else ("FROM", "ARG")
    for name in known:
        if name != "MAINTAINER":
            word = name.lower() if lower else name
            yield _item(cursor, word, _KINDS.Keyword, len(cursor.word), text=word + " ", about=instruction_help(name))


def _writes_lower(build: Build) -> bool:
    keywords = [instruction.keyword for instruction in build.dockerfile.instructions]
    return sum(word.islower() for word in keywords) > len(keywords) / 2


def _flag_names(cursor: _Cursor) -> Iterator[types.CompletionItem]:
    for flag, kind in INSTRUCTION_FLAGS.get(cursor.keyword, {}).items():
        text = f"--{flag}" + ("" if kind == "bool" else "=")
        yield _item(
            cursor, text, _KINDS.Property, len(cursor.word), about=flag_help(cursor.keyword, flag), order=f"~{flag}"
        )


def _flags(cursor: _Cursor) -> Iterator[types.CompletionItem]:
    name, equals, value = cursor.word[2:].partition("=")
    if not equals:
        yield from _flag_names(cursor)
    elif name == "from":
        yield from _stages(cursor, len(value))
        yield from _images(cursor, value)
    elif name == "mount":
        yield from _mount(cursor, value)
    else:
        for each in _VALUES.get((cursor.keyword, name), ()):
            yield _item(cursor, each, _KINDS.Value, len(value))


def _mount(cursor: _Cursor, value: str) -> Iterator[types.CompletionItem]:
    fields = value.split(",")
    given: dict[str, str] = {field.partition("=")[0]: field.partition("=")[2] for field in fields[:-1]}
    key, equals, typed = fields[-1].partition("=")
    if not equals:
        names = OPTIONS_BY_MOUNT_TYPE.get(given.get("type", "bind"), ())
        for name in ("type", *names):
            if name not in given:
                text = name if name in ("rw", "ro", "required") else f"{name}="
                yield _item(cursor, text, _KINDS.Property, len(key), about=MOUNT_OPTIONS[name])
    elif key == "type":
        for name, about in MOUNT_TYPES.items():
            yield _item(cursor, name, _KINDS.Value, len(typed), about=about)
    elif key == "sharing":
        for name in _SHARING:
            yield _item(cursor, name, _KINDS.Value, len(typed))
    elif key == "from":
        yield from _stages(cursor, len(typed))
        yield from _images(cursor, typed)
    elif key in ("source", "src") and given.get("type", "bind") == "bind" and "from" not in given:
        yield from _files(cursor, typed)


def _stages(cursor: _Cursor, typed: int) -> Iterator[types.CompletionItem]:
    here = cursor.stage
    for stage in cursor.build.stages:
        if here is not None and stage.index >= here.index:
            break
        base = stage.from_.base.text if stage.from_.base else ""
        name = stage.from_.alias.text if stage.from_.alias else str(stage.index)
        yield _item(
            cursor, name, _KINDS.Module, typed, detail=f"stage from {without_surrogates(base)}", order=f"!{name}"
        )


def _variables(cursor: _Cursor, typed: int, closing: str) -> Iterator[types.CompletionItem]:
    build, stage = cursor.build, cursor.stage
    if cursor.keyword == "FROM" or stage is None:
        state = build.global_state
        known = {**PLATFORM_ARGS, **{name: value or "" for name, value in build.global_args.items()}}
        unknown: Iterable[str] = ()
    else:
        number = sum(1 for instruction in stage.instructions if instruction.end < cursor.offset)
        state = stage.state(min(number, len(stage.instructions)))
        known, unknown = state.vars, state.unknown
    for name in sorted({*known, *unknown}):
        value = known.get(name, "")
        yield _item(cursor, name, _KINDS.Variable, typed, detail=without_surrogates(value[:80]), text=name + closing)


def _arguments(cursor: _Cursor) -> Iterator[types.CompletionItem]:
    keyword, words, word = cursor.keyword, [w for w in cursor.before if not w.startswith("--")], cursor.word
    if keyword == "FROM":
        if not words:
            yield from _stages_before(cursor)
            yield from _images(cursor, word)
        elif len(words) == 1:
            yield _item(cursor, "AS", _KINDS.Keyword, len(word), text="AS ")
    elif keyword in ("COPY", "ADD"):
        if not any(w.startswith("--from") for w in cursor.before):
            yield from _files(cursor, word.lstrip('["'), spaces='"' in word)
    elif keyword == "LABEL" and "=" not in word:
        for name in _LABELS:
            yield _item(cursor, f"org.opencontainers.image.{name}=", _KINDS.Property, len(word))
    elif keyword == "ARG" and cursor.build.stages:
        for name in cursor.build.global_args:
            yield _item(cursor, name, _KINDS.Variable, len(word), detail="ARG before the first FROM")
    elif keyword in _FIRST_ARGUMENTS and not words:
        kind, values = _FIRST_ARGUMENTS[keyword]
        for value in values:
            yield _item(cursor, value, kind, len(word))


def _stages_before(cursor: _Cursor) -> Iterator[types.CompletionItem]:
    for stage in cursor.build.stages:
        if stage.from_.alias is not None and stage.from_.end < cursor.offset:
            name = stage.from_.alias.text
            yield _item(cursor, name, _KINDS.Module, len(cursor.word), detail="stage", order=f"!{name}")


def _images(cursor: _Cursor, word: str) -> Iterator[types.CompletionItem]:
    """Official images, or after a colon the tags of one."""
    from ....model.images.catalog import CATALOG

    name, colon, tag = word.partition(":")
    for prefix in _DOCKER_HUB:
        name = name.removeprefix(prefix)
    if colon:
        tags = [each for each in CATALOG.tags(name) if each.startswith(tag)]
        tags.sort(key=lambda each: _PRERELEASE.search(each) is not None)
        for number, each in enumerate(tags):
            yield _item(cursor, each, _KINDS.EnumMember, len(tag), detail=f"{name}:{each}", order=f"{number:06}")
        return
    for each in _official_images():
        if each.startswith(name):
            yield _item(cursor, each, _KINDS.Module, len(name), detail="official image")


@cache
def _official_images() -> Sequence[str]:
    from ....model.images.catalog import CATALOG

    names = (line.partition("\t")[0] for line in CATALOG.read().split("\n") if "\t" in line)
    return [name for name in names if ":" not in name and not name.startswith("#")]


def _files(cursor: _Cursor, typed: str, *, spaces: bool = False) -> Iterator[types.CompletionItem]:
    """The entries of the directory of the build context that is typed so far; ignored ones come last.

    `spaces`: whether names may contain spaces, as in the JSON form.
    """
    context = cursor.build.context
    root = context.root if context is not None else os.path.dirname(cursor.document.path)
    if not root:
        return
    directory, _, start = typed.rpartition("/")
    directory = os.path.normpath("/" + directory).lstrip("/")
    for name, is_directory in _entries(os.path.join(root, directory)):
        is_hidden = name.startswith(".") and not start
        if not name.startswith(start) or is_hidden or (not spaces and len(name.split()) > 1):
            continue
        is_sent = context is None or context.includes(f"{directory}/{name}" if directory else name)
        shown = without_surrogates(name) + ("/" if is_directory else "")
        kind = _KINDS.Folder if is_directory else _KINDS.File
        detail = "" if is_sent else "excluded by the ignore file"
        yield _item(cursor, shown, kind, len(start), detail=detail, order=f"{0 if is_sent else 1}{name}")


def _entries(directory: str) -> list[tuple[str, bool]]:
    """The names in a directory, each with whether it is a directory; none if it cannot be read."""
    try:
        with os.scandir(directory) as entries:
            return sorted((entry.name, entry.is_dir()) for entry in entries)
    except (OSError, ValueError):
        return []


def _comment(cursor: _Cursor) -> Iterator[types.CompletionItem]:
    """Rule codes in suppression comments, directives at the start of the file, and the start of a comment."""
    text = cursor.raw_line.lstrip()
    codes = re.search(r"(?:dlint:\s*ignore(?:-file)?\[|hadolint\s+(?:global\s+)?ignore=)(?:[\w-]+,\s*)*([\w-]*)$", text)
    if codes:
        from ....rules import RULES

        for rule in RULES:
            yield _item(cursor, rule.code, _KINDS.EnumMember, len(codes.group(1)), detail=rule.name)
        return
    word = text.lstrip("# ")
    first = cursor.document.dockerfile.instructions
    if not first or cursor.offset < first[0].start:
        for each in ("syntax=docker/dockerfile:1", "escape=`", "check=skip="):
            yield _item(cursor, each, _KINDS.Property, len(word))
    yield _item(cursor, "dlint: ignore[", _KINDS.Snippet, len(word), detail="ignore findings in an instruction")
