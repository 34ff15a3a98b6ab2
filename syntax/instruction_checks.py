"""Errors that BuildKit reports in the arguments of one instruction: counts, flags, names, durations.

Source: BuildKit frontend/dockerfile/instructions (parse.go, bflag.go, commands_run*.go).
"""

from __future__ import annotations

from .expand import ExpansionError, parse_heredoc_word
from .source import WHITESPACE
from .tree import Argument, CopyOrAdd, Flag, From, Healthcheck, Instruction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEYWORDS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
"""All instructions that BuildKit knows."""

_MAX_QUOTED = 20
"""Longer than each keyword and what is taken for one by a slip."""

_STRING, _BOOL, _LIST = "string", "bool", "list"
INSTRUCTION_FLAGS: dict[str, dict[str, str]] = {
    "ADD": {
        "chown": _STRING, "chmod": _STRING, "link": _BOOL, "checksum": _STRING, "keep-git-dir": _BOOL,
        "unpack": _BOOL, "exclude": _LIST,
    },
    "COPY": {
        "from": _STRING, "chown": _STRING, "chmod": _STRING, "link": _BOOL, "parents": _BOOL, "exclude": _LIST,
    },
    "FROM": {"platform": _STRING},
    "HEALTHCHECK": {
        "interval": _STRING, "timeout": _STRING, "start-period": _STRING, "start-interval": _STRING,
        "retries": _STRING,
    },
    "RUN": {"mount": _LIST, "network": _STRING, "security": _STRING, "device": _LIST},
}  # fmt: skip
"""The flags of each instruction, with their types."""

_IGNORES_FLAGS = frozenset(("ARG", "STOPSIGNAL"))
_ONE_ARGUMENT = {
    "MAINTAINER": 'LABEL org.opencontainers.image.authors="name"',
    "STOPSIGNAL": "STOPSIGNAL SIGTERM",
    "USER": "USER name",
    "WORKDIR": "WORKDIR /path",
}
_SOME_ARGUMENTS = {
    "ARG": "ARG name",
    "ENV": "ENV name=value",
    "EXPOSE": "EXPOSE 8080",
    "HEALTHCHECK": "HEALTHCHECK CMD command",
    "LABEL": "LABEL name=value",
    "ONBUILD": "ONBUILD RUN command",
    "SHELL": 'SHELL ["/bin/bash", "-c"]',
    "VOLUME": "VOLUME /path",
}
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_STAGE_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")

Problem = tuple[str, "Argument | None"]


def check_instruction(instruction: Instruction) -> Iterator[Problem]:
    """What is wrong with the instruction: messages with the argument they are about, in BuildKit's order."""
    name = instruction.name
    if name in _ONE_ARGUMENT and len(instruction.arguments) != 1:
        yield f"{name} requires exactly one argument; write {_ONE_ARGUMENT[name]}", None
        return
    if name in _SOME_ARGUMENTS and not instruction.arguments and instruction.trigger is None:
        yield f"{name} requires at least one argument; write {_SOME_ARGUMENTS[name]}", None
        return
    if isinstance(instruction, CopyOrAdd) and len(instruction.arguments) < 2:
        yield f"{name} requires at least two arguments; write {name} source destination", None
        return
    yield from _check_flags(instruction)
    yield from _check_arguments(instruction)


def _check_arguments(instruction: Instruction) -> Iterator[Problem]:
    if isinstance(instruction, CopyOrAdd):
        yield from _check_destination(instruction)
    elif isinstance(instruction, From):
        yield from _check_from(instruction)
    elif isinstance(instruction, Healthcheck):
        yield from _check_healthcheck(instruction)
    elif instruction.pairs:
        for pair in instruction.pairs:
            if not pair.key.text:
                yield f"{instruction.name} names cannot be blank; write a name before the `=`", pair.value
    elif instruction.trigger is not None:
        yield from _check_onbuild(instruction.trigger)
    elif instruction.name == "SHELL" and not instruction.json:
        yield (
            _comment_error(instruction)
            or 'SHELL requires the arguments to be in JSON form, such as ["/bin/bash", "-c"]',
            None,
        )
    elif instruction.name == "VOLUME":
        for word in instruction.arguments:
            if not word.text.strip(WHITESPACE):
                yield "a VOLUME cannot be an empty string; write a path", word


def _check_flags(instruction: Instruction) -> Iterator[Problem]:
    name = instruction.name
    if name in _IGNORES_FLAGS or (isinstance(instruction, Healthcheck) and instruction.kind == "NONE"):
        return
    known = INSTRUCTION_FLAGS.get(name, {})
    seen: set[str] = set()
    for flag in instruction.flags:
        kind = known.get(flag.name)
        if kind is None:
            yield f"unknown flag `--{flag.name}` for {name}{_flag_hint(flag.name, known)}", flag
        elif flag.name in seen and kind != _LIST:
            yield f"duplicate flag `--{flag.name}`; keep one", flag
        elif kind != _BOOL and flag.value is None:
            yield f"missing value for flag `--{flag.name}`; write --{flag.name}=…", flag
        elif kind == _BOOL and flag.value is not None and flag.value.lower() not in ("true", "false"):
            wrong = f"`{flag.value}`" if flag.value else "an empty value after `=`"
            yield f"flag `--{flag.name}` does not accept {wrong}; use true or false", flag
        elif name == "RUN":
            yield from _check_run_flag(flag)
        seen.add(flag.name)


def _flag_hint(name: str, known: Iterable[str]) -> str:
    hint = suggest(name, known)
    if hint:
        return f"; did you mean --{hint}?"
    listed = ", ".join(f"--{each}" for each in known)
    return f"; supported: {listed}" if listed else ", which has no flags"


def _check_run_flag(flag: Flag) -> Iterator[Problem]:
    value = flag.value or ""
    if flag.name == "network" and value not in ("default", "none", "host"):
        yield f"invalid network mode `{value}`; use default, none or host", flag
    elif flag.name == "security" and value not in ("sandbox", "insecure"):
        yield f"invalid security mode `{value}`; use sandbox or insecure", flag
    elif flag.name == "mount":
        fields = parse_mount_fields(value)
        if fields is None:
            yield f"invalid mount `{value}`; write a list such as type=cache,target=/path", flag
            return
        for key, field in fields:
            if key == "from" and field is not None and "$" in field[:-1]:
                yield "`from` does not support variables; name a stage with FROM … AS name and use from=name", flag


def parse_mount_fields(value: str) -> list[tuple[str, str | None]] | None:
    """The `key=value` fields of a `--mount`, keys in lower case, value None without `=`; None if it is not CSV."""
    if not value.strip("\r\n"):
        return None
    if '"' not in value:
        fields = value.split(",")
    else:
        fields = _csv_fields(value)
        if fields is None:
            return None
    return [(key.lower(), rest if equals else None) for key, equals, rest in (f.partition("=") for f in fields)]


def _csv_fields(value: str) -> list[str] | None:
    """The fields of a CSV record (RFC 4180 as Go's encoding/csv reads it); None if a quote is misplaced."""
    fields: list[str] = []
    at = 0
    while True:
        if value.startswith('"', at):
            at += 1
            out: list[str] = []
            while True:
                close = value.find('"', at)
                if close < 0:
                    return None
                out.append(value[at:close])
                at = close + 1
                if not value.startswith('"', at):
                    break
                out.append('"')
                at += 1
            fields.append("".join(out))
        else:
            comma = value.find(",", at)
            field = value[at:] if comma < 0 else value[at:comma]
            if '"' in field:
                return None
            fields.append(field)
            at += len(field)
        if at == len(value):
            return fields
        if value[at] != ",":
            return None
        at += 1


def _check_destination(instruction: CopyOrAdd) -> Iterator[Problem]:
    destination = instruction.destination
    try:
        if destination is not None and parse_heredoc_word(destination.text) is not None:
            yield f"{instruction.name} cannot accept a heredoc as a destination; write the path last", destination
    except ExpansionError:
        return


def _check_from(instruction: From) -> Iterator[Problem]:
    words = instruction.arguments
    if len(words) == 3 and words[1].text.lower() == "as":
        name = words[2].text.lower()
        if not name or not "a" <= name[0] <= "z" or not _STAGE_CHARS.issuperset(name):
            yield (
                f"invalid name for build stage `{words[2].text}`; start with a letter, "
                "then use letters, digits, `-`, `_` and `.`",
                words[2],
            )
    elif len(words) != 1:
        yield (
            _comment_error(instruction)
            or "FROM requires either one or three arguments: FROM image, or FROM image AS name",
            None,
        )


def _comment_error(instruction: Instruction) -> str:
    """The error of an instruction that is only invalid because of a comment after it; otherwise empty."""
    text = instruction.logical.text
    at = text.find(" #", instruction.arguments_index)
    return not_a_comment(text[at + 1 :], instruction.name) if at >= 0 else ""


def not_a_comment(comment: str, name: str) -> str:
    """The message about a comment on the line of the instruction `name`, whose last arguments it becomes."""
    return f"`{comment.strip()}` is not a comment, but part of {name}; put comments on a line of their own"


def _check_onbuild(trigger: Instruction) -> Iterator[Problem]:
    if trigger.name == "ONBUILD":
        yield "chaining ONBUILD ONBUILD isn't allowed; use one ONBUILD", None
    elif trigger.name in ("FROM", "MAINTAINER"):
        yield f"{trigger.name} isn't allowed as an ONBUILD trigger; remove the line", None


def _check_healthcheck(instruction: Healthcheck) -> Iterator[Problem]:
    kind, words = instruction.kind, instruction.words
    if kind == "NONE":
        if words:
            yield _comment_error(instruction) or "HEALTHCHECK NONE accepts no arguments; remove them", None
        return
    if kind != "CMD":
        yield f"unknown type `{instruction.arguments[0].text}` in HEALTHCHECK; use HEALTHCHECK CMD … or NONE", None
        return
    if not words:
        yield "missing command after HEALTHCHECK CMD; write HEALTHCHECK CMD command", None
        return
    for flag in instruction.flags:
        value = flag.value
        if not value:
            continue
        if flag.name == "retries":
            if not _is_count(value):
                yield f"invalid value `{value}` for --retries; use a number, 0 or greater", flag
        else:
            seconds = parse_duration(value)
            if seconds is None:
                yield f"invalid duration `{value}`; use a value such as 30s, 1m30s or 500ms", flag
            elif seconds != 0 and seconds < 0.001:
                yield f"--{flag.name} cannot be less than 1ms; use 1ms or more, or 0 for the default", flag


def _is_count(text: str) -> bool:
    """Whether Go reads it as a number from 0 to 2**31 - 1."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        return False
    # Python's int() raises ValueError for thousands of digits.
    significant = digits.lstrip("0")
    return not significant or (text[0] != "-" and len(significant) <= 10 and int(significant) < 2**31)


def parse_duration(text: str) -> float | None:
    """Seconds of a Go duration such as `1m30s`; None if it is invalid. Source: Go's time.ParseDuration."""
    sign, rest = (-1.0, text[1:]) if text.startswith("-") else (1.0, text.removeprefix("+"))
    if rest == "0":
        return 0.0
    total = 0.0
    if not rest:
        return None
    at = 0
    while at < len(rest):
        first = at
        while at < len(rest) and (rest[at] == "." or "0" <= rest[at] <= "9"):
            at += 1
        number = rest[first:at]
        unit_start = at
        while at < len(rest) and rest[at] != "." and not "0" <= rest[at] <= "9":
            at += 1
        unit = _UNITS.get(rest[unit_start:at])
        if unit is None or number.count(".") > 1 or not number.strip("."):
            return None
        total += float(number) * unit
    return sign * total


def shortened(word: str) -> str:
    """The start of a word that is not a keyword, up to a `=` or `:`; if that is no Dockerfile, it may hold a secret."""
    at = min((index for mark in "=:" if (index := word.find(mark) + 1)), default=_MAX_QUOTED)
    end = min(at, _MAX_QUOTED)
    return word if len(word) <= end else f"{word[:end]}…"


def suggest(word: str, known: Iterable[str] = KEYWORDS) -> str:
    """The nearest of the known names within two edits of `word`; empty if there is none."""
    best, best_distance = "", 3
    upper = word.upper()
    letters = set(upper)
    for name in known:
        other = name.upper()
        if other == upper:
            return name
        # Each additional or missing letter is an edit, which rules out most names without counting edits.
        if best_distance > 1 and max(abs(len(name) - len(word)), len(letters.difference(other))) < best_distance:
            distance = _edits(upper, other)
            if distance < best_distance and distance < len(name):
                best, best_distance = name, distance
    return best


def _edits(left: str, right: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
