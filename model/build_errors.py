"""Errors that BuildKit reports when it evaluates the file: expansions, references, mounts, ports, stages.

Values that depend on a variable set at build time are not reported, as they may be valid.
Source: BuildKit frontend/dockerfile/dockerfile2llb (convert*.go) and its recorded answers.
"""

from __future__ import annotations

from ..syntax.expand import ExpansionError, ExpansionTooLong
from ..syntax.instruction_checks import KEYWORDS, not_a_comment, parse_mount_fields, shortened
from ..syntax.tree import Add, Copy, CopyOrAdd, From, Run
from .build import stage_number
from .images.reference import InvalidReferenceError, parse_reference
from .layers import is_remote_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..syntax.tree import Argument, Directive, Flag, Instruction
    from .build import Build, Stage
    from .state import State

    Refusal = tuple[str, Argument | Instruction | Directive]

_EXPANDED = frozenset(("ENV", "LABEL", "ARG", "ADD", "COPY", "EXPOSE", "USER", "VOLUME", "WORKDIR", "STOPSIGNAL"))
_EXPANDED_FLAGS = frozenset(("chown", "chmod", "checksum"))
_ARCHITECTURES = frozenset(
    ("386", "amd64", "arm", "arm64", "armhf", "armel", "aarch64", "x86_64", "x86-64", "i386", "i686", "loong64",
     "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x", "wasm", "amd64p32", "armbe",
     "arm64be", "ppc", "riscv", "s390", "sparc", "sparc64")
)  # fmt: skip
_SYSTEMS = frozenset(
    ("linux", "windows", "darwin", "macos", "freebsd", "aix", "android", "dragonfly", "illumos", "ios", "js", "netbsd",
     "openbsd", "plan9", "solaris", "wasip1", "hurd", "nacl", "zos")
)  # fmt: skip
_MOUNT_KEYS = frozenset(
    ("type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro", "readwrite", "rw", "required",
     "size", "id", "sharing", "mode", "uid", "gid", "env")
)  # fmt: skip
_MOUNT_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_MOUNT_BOOLEANS = ("readonly", "ro", "readwrite", "rw", "required")
_MOUNT_TYPES_OF = {"required": ("secret", "ssh"), "size": ("tmpfs",)}
"""Fields that only some types of mounts have."""
_BOOLEANS = frozenset(("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"))
_SIGNALS = frozenset(
    ("ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
     "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
     "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", *(f"RTMIN+{n}" for n in range(1, 16)),
     *(f"RTMAX-{n}" for n in range(1, 15)), "RTMIN", "RTMAX")
)  # fmt: skip


def evaluation_errors(build: Build) -> Iterator[Refusal]:
    """What BuildKit would reject: message and place of each error, in the order of the file."""
    if not build.stages:
        if build.dockerfile.instructions and not build.dockerfile.errors:
            first = build.dockerfile.instructions[0]
            yield "the file has no FROM instruction, so there is no stage to build; add one", first
        return
    yield from _check_options(build)
    for instruction in build.global_instructions:
        yield from _expansions(instruction, build.state(instruction))
    for stage in build.stages:
        yield from _from(build, stage)
        for instruction in stage.instructions:
            state = build.state(instruction)
            yield from _expansions(instruction, state)
            if isinstance(instruction, CopyOrAdd):
                yield from _transfer(build, stage, instruction, state)
            elif isinstance(instruction, Run):
                yield from _mounts(build, stage, instruction, state)
            elif instruction.name == "EXPOSE":
                yield from _ports(instruction, state)
            elif instruction.name == "STOPSIGNAL":
                yield from _signal(instruction, state)
            elif instruction.name == "VOLUME":
                for word in instruction.arguments:
                    if _known(state, word.text) and state.text(word.text) == "":
                        yield "a VOLUME cannot be an empty string; write a path", word


def _check_options(build: Build) -> Iterator[Refusal]:
    """Invalid options of the `check` directive (docs.docker.com/reference/dockerfile/#check)."""
    directive = build.dockerfile.directive("check")
    if directive is None:
        return
    for part in directive.value.split(" ")[0].split(";"):
        key, equals, value = part.partition("=")
        if key not in ("skip", "error", "experimental") or not equals:
            yield f"unknown check option `{part}`; use skip=…, error=true or experimental=…", directive
        elif key == "error" and value not in _BOOLEANS:
            yield f"invalid check option `{part}`; use true or false", directive


def _known(state: State, text: str) -> bool:
    """Whether the value of a word does not depend on build arguments or an unknown base image."""
    if "$" not in text:
        return True
    try:
        unmatched = state.expand(text).unmatched
    except ExpansionError:
        return False
    return not unmatched or (state.base_variables_known and state.unknown.isdisjoint(unmatched))


def _expansions(instruction: Instruction, state: State) -> Iterator[Refusal]:
    """Arguments that cannot be expanded."""
    if instruction.name not in _EXPANDED:
        return
    words: list[Argument] = []
    if instruction.pairs:
        for pair in instruction.pairs:
            words += [pair.key] if pair.value is None else [pair.key, pair.value]
    elif not instruction.trigger:
        words += instruction.arguments
    words += [flag for flag in instruction.flags if flag.name in _EXPANDED_FLAGS]
    for word in words:
        yield from _expansion(word, state)
    for heredoc in instruction.heredocs:
        if heredoc.expand and "$" in heredoc.body and isinstance(instruction, CopyOrAdd):
            try:
                state.expand_body(heredoc.body)
            except ExpansionError as error:
                if not _is_uncertain(error, state):
                    yield (
                        f"the heredoc `{heredoc.name}` cannot be expanded: {error}; quote its name",
                        instruction,
                    )


def _expansion(word: Argument, state: State) -> Iterator[Refusal]:
    if "$" not in word.text and '"' not in word.text and "'" not in word.text:
        return
    try:
        state.expand(word.text)
    except ExpansionError as error:
        if not _is_uncertain(error, state):
            yield f"`{word.text}` cannot be expanded: {error}", word


def _is_uncertain(error: ExpansionError, state: State) -> bool:
    """Whether the builder may not see the error: the expansion is only too long, or it comes from `${X?message}`, and X
    may be set at build time or by the base image.
    """
    if isinstance(error, ExpansionTooLong):
        return True
    name = str(error).partition(":")[0]
    return name.replace("_", "a").isalnum() and (not state.base_variables_known or name in state.unknown)


# FROM and stages --------------------------------------------------------------------------------------------------


def _from(build: Build, stage: Stage) -> Iterator[Refusal]:
    base, state = stage.from_.base, build.global_state
    if base is None or len(stage.from_.arguments) not in (1, 3):
        return
    yield from _platform(stage.from_, state)
    try:
        unmatched = state.expand(base.text).unmatched
    except ExpansionError as error:
        if not isinstance(error, ExpansionTooLong):
            yield f"`{base.text}` cannot be expanded: {error}", base
        return
    if stage.parent is not None:
        for instruction in stage.parent.instructions:
            trigger = instruction.trigger
            if trigger is not None and trigger.name not in KEYWORDS:
                line = instruction.start_line
                yield (
                    f"`{base.text}` has an ONBUILD on line {line} with unknown instruction "
                    f"`{shortened(trigger.keyword)}`; fix it",
                    base,
                )
        return
    if unmatched & state.unknown:
        return
    image = state.text(base.text)
    if unmatched and not image.strip("/:@"):
        names = ", ".join(f"`{name}`" for name in sorted(unmatched))
        yield f"the base image `{base.text}` is empty; declare {names} with ARG before the first FROM", base
    elif image != "scratch":
        try:
            parse_reference(image)
        except InvalidReferenceError as error:
            shown = f"`{image}`" if image == base.text else f"`{base.text}`, which is `{image}`,"
            yield f"the base image {shown} is not a valid image reference: {_why(error, image)}", base


def _why(error: InvalidReferenceError, name: str) -> str:
    """The text of BuildKit's error without the name, which the message already contains."""
    return str(error).removeprefix(f'failed to parse stage name "{name}": ')


def _platform(instruction: From, state: State) -> Iterator[Refusal]:
    flag = instruction.flag("platform")
    if flag is None or flag.value is None:
        return
    value = state.text(flag.value)
    try:
        if state.expand(flag.value).unmatched & state.unknown:
            return
    except ExpansionError as error:
        if not isinstance(error, ExpansionTooLong):
            yield f"`{flag.value}` cannot be expanded: {error}", flag
        return
    if not value:
        yield f"the platform `{flag.value}` is empty; give its variable a value", flag
        return
    parts = value.split("/")
    if len(parts) > 3 or not all(map(_is_platform_part, parts)):
        yield f"invalid platform `{value}`; use os/architecture[/variant], such as linux/arm64/v8", flag
    elif len(parts) == 1 and value.lower() not in _SYSTEMS and value.lower() not in _ARCHITECTURES:
        yield f"unknown platform `{value}`; use os/architecture, such as linux/amd64", flag


def _is_platform_part(part: str) -> bool:
    """Whether containerd accepts a part of a platform; the system may have a version, `windows(10.0.17763)`."""
    return bool(part) and all(char.isascii() and (char.isalnum() or char in "_.-()") for char in part)


# COPY and ADD -----------------------------------------------------------------------------------------------------


def _transfer(build: Build, stage: Stage, instruction: CopyOrAdd, state: State) -> Iterator[Refusal]:
    chmod = instruction.flag("chmod")
    if chmod is not None and chmod.value and _known(state, chmod.value):
        yield from _chmod(chmod, state.text(chmod.value))
    if isinstance(instruction, Add):
        if instruction.flag("checksum"):
            for source in instruction.sources:
                value = state.value(source.text)
                if value is not None and not is_remote_source(value) and not value.startswith("<<"):
                    yield (
                        f"--checksum requires an HTTP(S) or git source, but `{source.text}` is local; remove the flag",
                        source,
                    )
        return
    flag = instruction.flag("from") if isinstance(instruction, Copy) else None
    if flag is not None and flag.value:
        yield from _copy_from(build, stage, flag, flag.value)


def _copy_from(build: Build, stage: Stage, flag: Flag, name: str) -> Iterator[Refusal]:
    if "$" in name[:-1]:
        yield "--from does not support variables; name a stage with FROM … AS name and use --from=name", flag
        return
    index = stage_number(name)
    if index is not None and not 0 <= index < len(build.stages):
        stages = "1 stage" if len(build.stages) == 1 else f"{len(build.stages)} stages"
        yield f"stage {name} does not exist: the file has {stages}, numbered from 0; use an earlier stage", flag
        return
    yield from _source(stage, name, build.source_stage(name), f"--from={name}", flag)


def _source(stage: Stage, name: str, source: Stage | None, shown: str, flag: Flag) -> Iterator[Refusal]:
    """Why `stage` cannot copy from `name`; `source` is the stage of that name, if there is one."""
    if source is stage:
        yield f"`{shown}` refers to its own stage; use an earlier one", flag
    elif source is not None and source.index > stage.index:
        yield f"`{shown}` refers to a stage that is defined later, on line {source.from_.start_line}; move it up", flag
    elif source is None and name != "scratch" and "$" not in name:
        try:
            parse_reference(name)
        except InvalidReferenceError as error:
            near = stage.build.similar_stage(name)
            hint = f"; did you mean {near}?" if near else ""
            yield f"`{shown}` is neither a stage nor a valid image: {_why(error, name)}{hint}", flag


def _chmod(flag: Flag, value: str) -> Iterator[Refusal]:
    octal = _is_octal(value)
    symbolic = any(char in value for char in "+-=")
    if octal and int(value, 8) > 0o7777:
        yield f"the mode `{value}` is greater than 07777; use a value such as 0755", flag
    elif not octal and not symbolic:
        yield f"invalid mode `{value}`; use a value such as 0755 or u+x", flag


# RUN --mount ------------------------------------------------------------------------------------------------------


def _mounts(build: Build, stage: Stage, instruction: Run, state: State) -> Iterator[Refusal]:
    syntax = build.dockerfile.directive("syntax")
    for flag in instruction.flags:
        if flag.name == "mount" and flag.value:
            yield from _mount_flag(build, stage, flag, flag.value, state)
        elif flag.name == "device" and (syntax is None or "labs" not in syntax.value):
            yield "--device requires `# syntax=docker/dockerfile:1-labs`; add it at the top", flag


def _mount_flag(build: Build, stage: Stage, flag: Flag, text: str, state: State) -> Iterator[Refusal]:
    fields = parse_mount_fields(text)
    for key, value in fields or ():
        if key == "from" and value:
            yield from _source(stage, value, build.source_stage(value, numbers=False), f"from={value}", flag)
    if fields is not None and _known(state, text):
        for message in _mount([(key, None if v is None else state.text(v)) for key, v in fields], state):
            yield message, flag


def _mount(fields: list[tuple[str, str | None]], state: State) -> Iterator[str]:
    """What is wrong with a mount: the first invalid field, otherwise wrong combinations of fields."""
    kind, seen = "bind", {key: value for key, value in fields if value is not None}
    for key, value in fields:
        problem = _mount_switch(key, kind) if value is None else _mount_field(key, value, kind)
        if key == "type" and value is not None:
            kind = value.lower()
        if problem:
            yield problem
            return
    target = seen.get("target", seen.get("dst", seen.get("destination", "")))
    if kind == "secret":
        yield from _secret_mount(seen, target)
    elif kind != "ssh":
        # A relative target is relative to WORKDIR.
        if state.path(target) == "/":
            yield "the mount target is missing or `/`; write target=/path"
        for key in ("uid", "gid", "mode") if kind != "cache" else ():
            if key in seen:
                yield f"`{key}` is not allowed for a mount of type {kind}; remove it"
    if seen.get("sharing") and kind != "cache":
        yield f"`sharing` is not allowed for a mount of type {kind}; remove it"


def _secret_mount(seen: dict[str, str], target: str) -> Iterator[str]:
    source = seen.get("source", seen.get("src", ""))
    if "from" in seen:
        yield "`from` is not allowed for a mount of type secret; remove it"
    elif not target and not source and not seen.get("id"):
        yield "a secret mount requires an id, a source or a target; add id=name"
    elif source and seen.get("id"):
        yield "a secret mount cannot have both `source` and `id`; remove one"


def _mount_switch(key: str, kind: str) -> str:
    """What is wrong with a mount field without a value; empty if nothing."""
    if key in ("readonly", "ro", "readwrite", "rw"):
        return ""
    if key == "required":
        return _not_allowed(key, kind)
    return f"the mount field `{key}` has no value; write key=value"


def _mount_field(key: str, value: str, kind: str) -> str:
    """What is wrong with a mount field; empty if nothing. `kind` is the type of the mount so far."""
    if key not in _MOUNT_KEYS:
        return f"unknown mount field `{key}`"
    if key == "type" and value.lower() not in _MOUNT_TYPES:
        return f"unsupported mount type `{value}`; use {', '.join(_MOUNT_TYPES[:-1])} or {_MOUNT_TYPES[-1]}"
    if key in _MOUNT_BOOLEANS and value not in _BOOLEANS:
        return f"invalid mount field `{key}={value}`; use true or false"
    if key == "sharing" and value.lower() not in ("shared", "private", "locked"):
        return f"unsupported sharing `{value}`; use shared, private or locked"
    if key == "mode" and not _is_octal(value):
        return f"invalid mount field `mode={value}`; use an octal number"
    if key in ("uid", "gid") and not (value.isascii() and value.isdigit()):
        return f"invalid mount field `{key}={value}`; use a number"
    return _not_allowed(key, kind)


def _not_allowed(key: str, kind: str) -> str:
    kinds = _MOUNT_TYPES_OF.get(key)
    return f"`{key}` is not allowed for a mount of type {kind}; remove it" if kinds and kind not in kinds else ""


def _is_octal(text: str) -> bool:
    return bool(text) and all("0" <= char <= "7" for char in text)


# EXPOSE, STOPSIGNAL -----------------------------------------------------------------------------------------------


def _ports(instruction: Instruction, state: State) -> Iterator[Refusal]:
    for word in instruction.arguments:
        if word.text == "#":
            yield not_a_comment(instruction.logical.text[word.start_index :], instruction.name), word
            return
        if _known(state, word.text):
            for part in state.text(word.text).split():
                problem = _port(part)
                if problem:
                    yield f"invalid port `{part}`: {problem}", word


def _port(text: str) -> str:
    """What is wrong with `[[ip:]host:]port[-port][/protocol]`; empty if nothing."""
    ports, slash, protocol = text.partition("/")
    if slash and protocol.lower() not in ("", "tcp", "udp", "sctp"):
        return f"unknown protocol `{protocol}`; use tcp, udp or sctp"
    container = ports.rsplit(":", 1)[-1]
    if not container:
        return "the port number is missing; add it"
    first, dash, last = container.partition("-")
    numbers = [first, last] if dash else [first]
    if not all(number.isascii() and number.isdigit() and _number(number) <= 65535 for number in numbers):
        return "a port must be a number from 0 to 65535"
    if dash and _number(first) > _number(last):
        return "the end of the range is lower than its start; swap them"
    return ""


def _number(digits: str) -> int:
    """The digits as a number; a large one in place of very many digits."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) < 20 else 10**20


def _signal(instruction: Instruction, state: State) -> Iterator[Refusal]:
    for word in instruction.arguments[:1]:
        if not _known(state, word.text):
            continue
        value = state.text(word.text)
        number = value.isascii() and value.isdigit() and _number(value) > 0
        signal, blank, comment = value.partition(" #")
        if blank and signal.strip().upper().removeprefix("SIG") in _SIGNALS:
            yield not_a_comment("#" + comment, instruction.name), word
        elif not number and value.upper().removeprefix("SIG") not in _SIGNALS:
            yield f"unknown signal `{value or word.text}`; use a name such as SIGTERM, or a number", word
