"""The builds in shell commands: `docker build`, `docker buildx build`, `podman build`, `buildah bud`, kaniko.

A value that only the run of a script gives is unknown, and a build with an unknown context or Dockerfile is left out.
Sources: docs.docker.com/reference/cli/docker/buildx/build/, docs.podman.io/en/latest/markdown/podman-build.1.html,
github.com/containers/buildah/blob/main/docs/buildah-build.1.md, github.com/GoogleContainerTools/kaniko (flags).
"""

from __future__ import annotations

import os
import re

from .invocation import BuildInvocation, is_remote_context, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ....syntax.command import Command, Word

UNKNOWN = "${_unknown_}"
"""Written for a value of another language, such as a template or an expression of a workflow, that is not known."""

_PROGRAMS = re.compile(r"\b(?:docker|podman|nerdctl|buildah|executor)\b")
_TOOLS = frozenset(("docker", "podman", "nerdctl", "buildah"))
_WITHOUT_VALUE = frozenset(
    """
    --check --force-rm --load --no-cache --pull --pull-always --pull-never --push --quiet -q --rm --squash
    --squash-all --compress --debug -D --disable-content-trust --layers --tls-verify --no-hosts --no-hostname --stdin
    --omit-history --skip-unused-stages --debug --privileged --help -h
    """.split()
)
"""Boolean flags of build commands."""
_OPTIONS_WITHOUT_VALUE = frozenset(("-D", "--debug", "--tls", "--tlsverify", "--remote", "-r"))
"""Boolean options of docker and podman, before the name of the command."""
_CHANGES = frozenset(("cd", "pushd", "popd"))
_BRANCHES = frozenset(("if", "else", "for", "while", "case", "condition"))
_SHELLS = frozenset(("subshell", "substitution", "sh -c", "heredoc", "function"))
"""Constructs that do not change the directory and variables of the script around them."""
_REFERENCE = re.compile(r"\$(?:(\w+|[@*])|\{([A-Za-z_]\w*)(?::?-([^{}$`]*))?\})\Z")
_OPTIONS = re.compile(r"\$\w+|\$\{\w+\}|\$\{\w+\[[@*]\]\}|\$\([^()]*\)|\"\$\{\w+\[@\]\}\"")
"""An unknown word that is a variable of its own, without quotes: it has options, or is empty."""
_HERE = re.compile(r"\$\(\s*pwd(?:\s+-P)?\s*\)|`pwd`|\$PWD|\$\{PWD\}")
_OWN = r"""["']?\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?(?:-\$0|:-\$0)?\})["']?"""
_DIRNAME = rf"""(?:\$\(\s*dirname\s+(?:--\s+)?{_OWN}\s*\)|\$\{{0%/\*\}}|`dirname\s+{_OWN}`)"""
_SCRIPT_DIRECTORY = re.compile(
    rf"""(?:\$\(\s*cd\s+(?:-P\s+|--\s+)?["']?{_DIRNAME}(?P<below>(?:/[\w./-]*)?)["']?"""
    rf"""(?:\s*>\s*/dev/null(?:\s+2>&1)?)?\s*(?:&&|;)\s*pwd(?:\s+-P)?\s*\)|{_DIRNAME})\Z"""
)
"""The usual ways in which a script names its own directory."""
_TOP = re.compile(r"\$\(\s*git\s+rev-parse\s+--show-toplevel\s*\)\Z|`git rev-parse --show-toplevel`\Z")
_MAX_DIRECTORIES = 20


def has_build_command(text: str) -> bool:
    """Whether a text may contain a build command; cheap, and true for some texts without one."""
    return ("build" in text or "bud" in text or "executor" in text) and _PROGRAMS.search(text) is not None


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers; a line that ends in a backslash is joined with the next by a blank."""
    number, parts, first = 0, list[str](), 1
    for line in text.splitlines():
        number += 1
        if not parts:
            first = number
        if line.endswith("\\"):
            parts.append(line[:-1])
            continue
        yield first, " ".join([*parts, line])
        parts = []
    if parts:
        yield first, " ".join(parts)


class ShellSource:
    """Where a script is: its file, the line of its first line, the repository root, and what is known of its run.

    `directories`: the possible working directories. If there are several, a build counts only if its Dockerfile exists
    for exactly one of them, or with `usual` for the first one. `variables`: variables with known values that are set
    before the script.
    """

    __slots__ = ("directories", "file", "line", "top", "usual", "variables")

    def __init__(
        self,
        file: str,
        line: int,
        top: str,
        directories: Iterable[str],
        variables: Mapping[str, str] | None = None,
        *,
        usual: bool = False,
    ) -> None:
        self.usual = usual
        self.file = file
        self.line = line
        self.top = top
        self.directories = tuple(dict.fromkeys(directories))[:_MAX_DIRECTORIES]
        self.variables = variables or {}


def read_build_commands(text: str, source: ShellSource) -> list[BuildInvocation]:
    """The builds of local contexts in a shell script."""
    if not has_build_command(text):
        return []
    from ....syntax.shell import parse_script
    from ....syntax.source import MappedText

    text = text.replace("\r\n", "\n")
    commands = parse_script(MappedText(text, (0,), (0,))).commands
    starts = [text.count("\n", 0, command.start) for command in commands]
    runs = [_ShellRun(source, directory).builds(commands, starts) for directory in source.directories]
    if len(runs) == 1:
        return list(runs[0].values())
    found: list[BuildInvocation] = []
    for number in sorted({number for run in runs for number in run}):
        made = [run[number] for run in runs if number in run]
        possible = {(each.dockerfile, each.context): each for each in made if os.path.isfile(each.dockerfile)}
        first = runs[0].get(number)
        if source.usual and first is not None and os.path.isfile(first.dockerfile):
            found.append(first)
        elif len(possible) == 1:
            found += possible.values()
    return found


class _Shell:
    """The directory, None if it is unknown, and the variables of a shell; None is the value of an unknown variable."""

    __slots__ = ("_stack", "directory", "variables")

    def __init__(
        self, directory: str | None, variables: Mapping[str, str | None], stack: Sequence[str | None] = ()
    ) -> None:
        self.directory = directory
        self.variables = dict(variables)
        self._stack = list(stack)

    def copy(self) -> _Shell:
        """A shell that begins with the same directory and variables."""
        return _Shell(self.directory, self.variables, self._stack)

    def change_directory(self, path: str | None) -> None:
        """`cd path`; None for an unknown path."""
        if path is None or (self.directory is None and not os.path.isabs(path)):
            self.directory = None
        else:
            self.directory = resolve_path(self.directory or "", path)

    def push_directory(self, path: str | None) -> None:
        """`pushd path`."""
        self._stack.append(self.directory)
        self.change_directory(path)

    def pop_directory(self) -> None:
        """`popd`."""
        self.directory = self._stack.pop() if self._stack else None

    def forget_variables(self) -> None:
        """After a command that may set any of them."""
        self.variables = dict.fromkeys(self.variables)


class _ShellRun:
    """Follows the commands of a script that is run in a directory."""

    def __init__(self, source: ShellSource, directory: str) -> None:
        self._source = source
        self._shells: list[tuple[tuple[str, ...], _Shell]] = [((), _Shell(directory, source.variables))]
        self._test = False

    @property
    def _shell(self) -> _Shell:
        return self._shells[-1][1]

    def builds(self, commands: Sequence[Command], lines: Sequence[int]) -> dict[int, BuildInvocation]:
        """The builds by the index of their command."""
        found: dict[int, BuildInvocation] = {}
        changes = [n for n, each in enumerate(commands) if each.name in _CHANGES and _SHELLS.isdisjoint(each.context)]
        for number, (command, line) in enumerate(zip(commands, lines, strict=True)):
            self._enter(command)
            made = self._build(command, self._source.line + line)
            # A function runs where it is called.
            if made is not None and not ("function" in command.context and changes and number < changes[-1]):
                found[number] = made
        return found

    def _enter(self, command: Command) -> None:
        """Begin a shell inside, and end those that the command is not in."""
        labels = tuple(label for label in command.context if label in _SHELLS)
        is_first = command.operator_before == "" and command.context[-1:] == labels[-1:]
        if is_first and labels and self._shells[-1][0] == labels:
            self._shells.pop()
        while self._shells[-1][0] != labels[: len(self._shells[-1][0])]:
            self._shells.pop()
        if self._shells[-1][0] != labels:
            self._shells.append((labels, self._shell.copy()))
        if command.operator_before != "&&":
            self._test = command.name in ("[", "[[", "test")

    def _build(self, command: Command, line: int) -> BuildInvocation | None:
        shell = self._shell
        # After `a || b` and in a branch, nobody knows whether the command ran.
        is_certain = command.operator_before != "||" and not self._test and _BRANCHES.isdisjoint(command.context)
        if not command.words:
            for name, word in command.assignments:
                self._assign(name, self._value(word) if is_certain else None, command)
            return None
        name = command.name or os.path.basename(self._value(command.words[0]) or "")
        if name in _CHANGES:
            self._change_directory(name, command, is_certain)
        elif name in ("export", "declare", "local", "readonly", "typeset"):
            for word in command.args:
                key, equals, _ = word.value.partition("=")
                if equals:
                    value = self._value(word) if is_certain else None
                    self._assign(key, None if value is None else value.partition("=")[2], command)
        elif name in ("source", ".", "eval", "read", "unset"):
            shell.forget_variables()
        elif name == "executor":
            return self._kaniko(command, line)
        elif name in _TOOLS:
            return self._command(name, command, line)
        return None

    def _assign(self, name: str, value: str | None, command: Command) -> None:
        """Set a variable; one that a function sets is unknown outside, where it may be called at any time."""
        self._shell.variables[name] = value
        if "function" in command.context:
            for _, outer in self._shells[:-1]:
                outer.variables[name] = None

    def _change_directory(self, name: str, command: Command, is_certain: bool) -> None:
        words = [word for word in command.args if word.value != "--" and not word.value.startswith("-")]
        value = self._value(words[0]) if len(words) == 1 and is_certain else None
        if name == "popd" and is_certain:
            self._shell.pop_directory()
        elif name == "pushd":
            self._shell.push_directory(value)
        else:
            self._shell.change_directory(value)
        if "function" in command.context:
            for _, outer in self._shells[:-1]:
                outer.change_directory(None)

    def _value(self, word: Word) -> str | None:
        """The value of a word; None if it is unknown."""
        if not word.dynamic:
            return word.value
        from ....syntax.quoting import unquote

        parts: list[str] = []
        for text, _, expands in unquote(word.text):
            value = self._expanded(text) if expands else text
            if value is None:
                return None
            parts.append(value)
        return "".join(parts)

    def _expanded(self, text: str) -> str | None:
        """The value of an expansion; None if it is unknown."""
        if _HERE.fullmatch(text):
            return self._shell.directory
        own = _SCRIPT_DIRECTORY.match(text)
        if own is not None:
            below = (own["below"] or "").strip("/")
            return os.path.normpath(os.path.join(os.path.dirname(self._source.file), below))
        if _TOP.match(text):
            return self._source.top
        found = _REFERENCE.match(text)
        if found is None:
            return None
        name, default = found[1] or found[2], found[3]
        if name in ("@", "*"):
            return ""
        if name in self._shell.variables:
            return self._shell.variables[name]
        return default

    def _command(self, name: str, command: Command, line: int) -> BuildInvocation | None:
        """The build of a command; None if it is not a build of a local context with a known Dockerfile."""
        words = _after_options(command.args)
        while words and words[0].value in ("buildx", "image", "builder"):
            words = _after_options(words[1:])
        if not words or words[0].value not in ("build", "bud", "b"):
            return None
        flags, operands = _split(words[1:])
        if any(self._value(word) == "" for word in operands):
            operands = [word for word in operands if self._value(word) != ""]
        directory = self._shell.directory
        if name == "buildah" and not operands:
            contexts: list[str | None] = ["."]
        else:
            contexts = [self._value(word) for word in operands]
        files = [self._flag_value(each) for each in flags.get("--file", ())]
        known = [each for each in contexts if each is not None]
        unknown = [each.text for each in operands if self._value(each) is None]
        if len(known) != 1 or not all(map(_OPTIONS.fullmatch, unknown)):
            return None
        if directory is None or is_remote_context(known[0]) or (files and files[-1] in (None, "-")):
            return None
        context = resolve_path(directory, known[0])
        dockerfile = _dockerfile(name, directory, context, files[-1] if files else None)
        return self._invocation(f"{name} build", line, context, dockerfile, flags)

    def _invocation(
        self, name: str, line: int, context: str, dockerfile: str, flags: Mapping[str, Sequence[Word | _Attached]]
    ) -> BuildInvocation:
        def values(flag: str) -> list[str | None]:
            return [self._flag_value(each) for each in flags.get(flag, ())]

        arguments = flags.get("--build-arg", ())
        target = (values("--target") or [""])[-1] or ""
        platforms = [part for value in values("--platform") if value for part in value.split(",")]
        images = [self._image(each) for flag in ("--tag", "-t", "--destination") for each in flags.get(flag, ())]
        return BuildInvocation(
            self._source.file, line, name, context, dockerfile, target,
            _pairs(self._flag_value(each) for each in arguments), _pairs(values("--build-context")),
            given=[name for each in arguments if (name := _flag_text(each).partition("=")[0]).isidentifier()],
            images=images, platforms=platforms,
        )  # fmt: skip

    def _image(self, value: Word | _Attached) -> str | None:
        """The name of an image; a tag with an unknown value is left out."""
        known = self._flag_value(value)
        if known is not None:
            return known
        name, colon, _ = _flag_text(value).partition(":")
        return name if colon and "$" not in name and "`" not in name else None

    def _flag_value(self, value: Word | _Attached) -> str | None:
        if isinstance(value, _Attached):
            written = self._value(value.word)
            return None if written is None else written[value.start :]
        return self._value(value)

    def _kaniko(self, command: Command, line: int) -> BuildInvocation | None:
        """The build of kaniko's executor; `--dockerfile` is relative to the context. None if the context is remote."""
        flags, _ = _split(command.args)
        written = [self._flag_value(each) for each in (*flags.get("--context", ()), *flags.get("-c", ()))] or ["."]
        files = [self._flag_value(each) for each in (*flags.get("--dockerfile", ()), *flags.get("--file", ()))]
        directory, context, file = self._shell.directory, written[-1], files[-1] if files else "Dockerfile"
        if directory is None or context is None or file is None:
            return None
        context = context.removeprefix("dir://")
        if is_remote_context(context):
            return None
        context = resolve_path(directory, context)
        dockerfile = resolve_path(context, file)
        if not os.path.isfile(dockerfile):
            dockerfile = resolve_path(directory, file)
        return self._invocation("kaniko", line, context, dockerfile, flags)


class _Attached:
    """The value of a flag in the same word: `--file=x`, `-fx`."""

    __slots__ = ("start", "word")

    def __init__(self, word: Word, start: int) -> None:
        self.word = word
        self.start = start


def _flag_text(value: Word | _Attached) -> str:
    """The value of a flag without quotes, with its expansions as written."""
    return value.word.value[value.start :] if isinstance(value, _Attached) else value.value


def _after_options(words: Sequence[Word]) -> Sequence[Word]:
    """The words after the options at the beginning."""
    at = 0
    while at < len(words) and words[at].value.startswith("-"):
        at += 1 if "=" in words[at].value or words[at].value in _OPTIONS_WITHOUT_VALUE else 2
    return words[at:]


def _split(words: Sequence[Word]) -> tuple[dict[str, list[Word | _Attached]], list[Word]]:
    """The values of each flag of a build command, and its operands."""
    flags: dict[str, list[Word | _Attached]] = {}
    operands: list[Word] = []
    rest = iter(words)
    for word in rest:
        value = word.value
        if value[:1] != "-" or value == "-":
            operands.append(word)
            continue
        flag, equals, _ = value.partition("=")
        if value[:2] in ("-f", "-t") and len(value) > 2 and value[2] != "=":
            found: Word | _Attached | None = _Attached(word, 2)
            flag = value[:2]
        elif equals:
            found = _Attached(word, len(flag) + 1)
        else:
            found = None if flag in _WITHOUT_VALUE else next(rest, None)
        if found is not None:
            flags.setdefault("--file" if flag == "-f" else flag, []).append(found)
    return flags, operands


def _dockerfile(name: str, directory: str, context: str, file: str | None) -> str:
    """The Dockerfile of a build; podman and buildah also look for a Containerfile, and for a file in the context."""
    if name in ("podman", "buildah"):
        if file is None:
            containerfile = os.path.join(context, "Containerfile")
            if os.path.isfile(containerfile):
                return containerfile
        elif not os.path.isfile(resolve_path(directory, file)) and os.path.isfile(resolve_path(context, file)):
            return resolve_path(context, file)
    return os.path.join(context, "Dockerfile") if file is None else resolve_path(directory, file)


def _pairs(values: Iterable[str | None]) -> dict[str, str]:
    """The `KEY=value` texts with known values."""
    split: Iterator[tuple[str, str, str]] = (value.partition("=") for value in values if value)
    return {key: value for key, equals, value in split if key and equals}
