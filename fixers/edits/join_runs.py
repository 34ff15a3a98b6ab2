"""Consecutive RUN instructions joined into one."""

from __future__ import annotations

from itertools import pairwise, zip_longest

from ...syntax.blanks import split_shell_line
from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.shell import DIALECTS, parse_script
from ...syntax.source import MappedText
from .edit import Edit
from .instructions import PRAGMAS, line_ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Dockerfile, Run

    Change = tuple[list[Edit], list[Edit]]

# Ends the shell, or keeps running after it: nothing may follow.
_ENDING = frozenset(("exit", "exec", "return", "trap", "wait", "nohup", "setsid", "service", "systemctl", "break"))
# Changes the shell for the commands that follow.
_CHANGING = frozenset(
    ("cd", "pushd", "popd", "set", "shopt", "export", "unset", "alias", "unalias", "umask", "ulimit", "source", ".",
     "eval", "read", "readonly", "local", "declare", "typeset", "shift", "getopts", "hash", "enable", "let", "mapfile",
     "readarray", "builtin", "command")
)  # fmt: skip
_OTHER_SHELL = frozenset(("subshell", "substitution", "sh -c", "heredoc", "xargs", "find -exec"))
_SHIELDED = ((), ("sh -c",), ("heredoc",), ("xargs",), ("find -exec",), ("substitution",))
_SHELL_FILES = ("/bin/sh", "/bin/bash", "/bin/dash", "/bin/ash", "reconfigure dash", "dash/sh", "ld.so.preload")
_SHELL_FLAGS = frozenset(("-c", "-e", "-u", "-x", "-o", "pipefail", "-ec", "-xc", "-exc", "-euc", "-euxc", "-eux"))
_KEPT_MOUNTS = ("cache", "secret", "ssh")


def join_runs(build: Build, runs: Sequence[Run]) -> Change | None:
    """The edits that join consecutive RUNs with `&&`, and their declaration.

    None where the result could behave differently: a command would run in a changed shell (directory, options,
    variables, functions, umask, traps), the exit status of a RUN does not cover all its commands (`a; b`, `a || b`,
    `&`), flags or shells differ, a mount would keep its content, a package manager upgrades itself (the shell remembers
    the path of the old one). Also None for exec form, heredocs, and where a comment is an instruction to a tool.
    """
    if len(runs) < 2 or not all(_is_plain(build, run) for run in runs):
        return None
    if any(not _follow(build, first, second) for first, second in pairwise(runs)):
        return None
    last = runs[-1]
    independent = _is_independent(build, last)
    for number, run in enumerate(runs[:-1]):
        if _leaks(build, run, soft=independent and number == len(runs) - 2) or _renews_itself(build, run):
            return None
    if any(not _is_chain(build, run) for run in runs[1:]) or not _parses(build, runs):
        return None
    layout = _Layout(build, runs)
    edits: list[Edit] = []
    declares: list[Edit] = []
    for first, second in pairwise(runs):
        start, end = _text_end(build, first), second.words[0].start
        edits.append(Edit(start, end, layout.separator(first, second)))
        # The edit before may have removed the line of the first command.
        edits += [edit for edit in layout.indented(second) if edit.start >= end]
        declares.append(Edit(start, end, " && "))
    return edits, declares


def run_separator(build: Build, runs: Sequence[Run]) -> str:
    """The text that joins the RUNs: `&&` with a line break, in the style of the file."""
    return _Layout(build, runs).plain()


def _text_end(build: Build, run: Run) -> int:
    """The offset at which the text of the RUN ends, without trailing white space."""
    return run.start + len(build.dockerfile.source.text[run.start : run.end].rstrip())


def _is_plain(build: Build, run: Run) -> bool:
    """Whether the RUN is in shell form, for a known shell, and without heredocs."""
    if run.json or run.heredocs or run.parent is not None or run.empty_continuation or not run.words:
        return False
    script, state = build.script(run), build.state(run)
    if script.error or script.dialect not in DIALECTS or not script.commands:
        return False
    if "BASH_ENV" in state.vars or "ENV" in state.vars or not _SHELL_FLAGS.issuperset(state.shell[1:]):
        return False
    if any(comment.text.startswith(PRAGMAS) for comment in run.comments):
        return False
    return all(_keeps_nothing(flag.name, flag.value or "") for flag in run.flags)


def _keeps_nothing(name: str, value: str) -> bool:
    """Whether a flag mounts nothing whose content the next RUN would then see."""
    if name != "mount":
        return True
    kinds = [text for key, text in parse_mount_fields(value) or () if key == "type"]
    return bool(kinds) and kinds[0] in _KEPT_MOUNTS


def _follow(build: Build, first: Run, second: Run) -> bool:
    stage = build.stage_of(first)
    if stage is None or build.stage_of(second) is not stage or build.index_of(second) != build.index_of(first) + 1:
        return False
    return [flag.text for flag in first.flags] == [flag.text for flag in second.flags]


def _own(build: Build, run: Run) -> Iterator[Command]:
    """The commands that the shell of the RUN itself runs, not another one that it starts."""
    for command in build.commands(run):
        if _OTHER_SHELL.isdisjoint(command.context):
            yield command


def _leaks(build: Build, run: Run, *, soft: bool) -> bool:
    """Whether a command ends or changes the shell; `soft` allows changes that do not affect an `rm`."""
    # `set -e` has no effect on a command before `&&`.
    if _is_strict(build, run) and any(each.context[:1] not in _SHIELDED for each in build.commands(run)):
        return True
    if any(_changes_shell(command, soft=soft) for command in _own(build, run)):
        return True
    text = run.logical.text
    # After `ln -sf bash /bin/sh` the old shell keeps running; only the next RUN starts the new one.
    if any(shell in text for shell in _SHELL_FILES):
        return True
    return not soft and ("$((" in text or "=" in _expansions(text))


def _changes_shell(command: Command, *, soft: bool) -> bool:
    """Whether a command ends the shell or changes it for later commands, apart from what `soft` allows."""
    if command.operator_after == "&" or "function" in command.context or command.name in _ENDING:
        return True
    if "exec" in command.wrappers or command.name.endswith("ctl"):
        return True
    if not soft and (command.name in _CHANGING or not command.words or "builtin" in command.wrappers):
        return True
    return command.name == "set" and "f" in "".join(word.value for word in command.flags())


def _expansions(text: str) -> str:
    """The first operator characters of `${NAME:=value}` and the like, `=` where a variable is set."""
    found = ""
    for part in text.split("${")[1:]:
        name = part.partition("}")[0]
        rest = name.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
        found += rest[:2].lstrip(":")[:1]
    return found


def _is_strict(build: Build, run: Run) -> bool:
    """Whether the shell stops at the first failure (`set -e`), or changes its options at all."""
    shell = build.state(run).shell or ()
    if any(word[:1] == "-" and "e" in word for word in shell[1:]):
        return True
    return any(command.name == "set" for command in _own(build, run))


def _renews_itself(build: Build, run: Run) -> bool:
    """Whether a package manager reinstalls itself, maybe elsewhere: the shell remembers the old path."""
    return any(package.name in call.manager.programs for call in build.package_calls(run) for package in call.packages)


def _is_independent(build: Build, run: Run) -> bool:
    """Whether the RUN only removes files by absolute path."""
    return all(
        command.name == "rm"
        and not command.wrappers
        and not any(word.dynamic for word in command.words)
        and all(word.value[:1] in "/-" for word in command.args)
        for command in build.commands(run)
    )


def _is_chain(build: Build, run: Run) -> bool:
    """Whether the outermost commands are joined by `&&` and pipes only, so that any failure is one of the RUN."""
    return all(
        command.operator_before in ("", "&&", "|", "|&") and command.operator_after in ("", "&&", "|", "|&")
        for command in build.commands(run)
        if not command.context
    ) and not _has_outer_list(build, run)


def _has_outer_list(build: Build, run: Run) -> bool:
    """Whether the script has an outermost `;`, line feed, `||` or `&`."""
    from ...syntax.bash import parse_bash

    text = build.shell_text(run)[0].text
    root, kinds, _ = parse_bash(text)
    stack = [root]
    while stack:
        node = stack.pop()
        for child in node.children:
            kind = kinds[child.kind_id]
            if kind in (";", "&", "||", "\n"):
                return True
            if kind in ("list", "pipeline", "redirected_statement"):
                stack.append(child)
    return len([child for child in root.children if kinds[child.kind_id] != "comment"]) != 1


def _parses(build: Build, runs: Sequence[Run]) -> bool:
    """Whether the joined script has the same commands in the same constructs as the RUNs."""
    texts = [build.shell_text(run)[0].text.rstrip() for run in runs]
    joined = parse_script(MappedText(" && ".join(texts), (0,), (0,)))
    if joined.error:
        return False
    expected = (command for run in runs for command in build.commands(run))
    return all(
        one is not None and other is not None and one.text == other.text and one.context == other.context
        for one, other in zip_longest(joined.commands, expected)
    )


_ENOUGH = 20_000
"""Characters of a file that are read to find its style."""


class _Layout:
    """The style of the joined RUN, taken from the RUNs or the file: the position of `&&`, and the indentation."""

    __slots__ = ("comments", "ending", "escape", "indent", "leading", "text")

    def __init__(self, build: Build, runs: Sequence[Run]) -> None:
        dockerfile = build.dockerfile
        self.text = dockerfile.source.text
        self.comments = dockerfile.comments
        self.escape = dockerfile.escape
        self.ending = line_ending(self.text)
        style = next((style for run in runs if (style := _style(self.text[run.start : run.end]))), None)
        self.leading, self.indent = style or (_prefers_leading(dockerfile), "    ")

    def separator(self, first: Run, second: Run) -> str:
        """The text between two RUNs: `&&`, a line break, and the comments between them."""
        comments = [
            f"{self.indent}{self.text[comment.start : comment.end].strip()}{self.ending}"
            for comment in (self.comments if "#" in self.text[first.end : second.start] else ())
            if first.end <= comment.start < second.start
        ]
        return self.plain("".join(comments))

    def plain(self, above: str = "") -> str:
        """The text between two commands; `above` are comment lines for the second one."""
        if self.leading:
            return f" {self.escape}{self.ending}{above}{self.indent}&& "
        return f" && {self.escape}{self.ending}{above}{self.indent}"

    def indented(self, run: Run) -> list[Edit]:
        """The edits that indent the continuation lines of a RUN that are not deeper than its first line."""
        if _style(self.text[run.start : run.end]):
            return []
        starts = [
            self.text.rfind("\n", 0, at) + 1
            for at in run.logical.offsets
            if run.start < at <= run.end and self.text.rfind("\n", run.start, at) >= 0
        ]
        starts = [start for start in dict.fromkeys(starts) if start > run.start]
        margin = [len(_blanks(self.text, start)) for start in starts]
        if not starts or min(margin) > len(self.indent) or not _may_indent(run):
            return []
        return [Edit(start, start, "\t" if self.indent[:1] == "\t" else "    ") for start in starts]


def _may_indent(run: Run) -> bool:
    """Whether indentation has no meaning: no line starts inside quotes."""
    text = run.logical.text
    cuts = [
        run.words[0].start_index,
        *[start for start in run.logical.starts if start > run.words[0].start_index],
        len(text),
    ]
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    return split_shell_line("    ".join(pieces)) == split_shell_line("".join(pieces))


def _blanks(text: str, start: int) -> str:
    end = start
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return text[start:end]


def _style(text: str) -> tuple[bool, str] | None:
    """Whether `&&` starts the lines of an instruction, and their indentation; None without a line break at `&&`."""
    lines = text.split("\n")
    for number, line in enumerate(lines[1:]):
        bare = line.lstrip(" \t")
        indent = line[: len(line) - len(bare)]
        if bare.startswith("&&"):
            return True, indent
        if lines[number].rstrip(" \t\r\\`").endswith("&&") and not bare.startswith("#"):
            return False, indent
    return None


def _prefers_leading(dockerfile: Dockerfile) -> bool:
    lines = dockerfile.source.text[:_ENOUGH].split("\n")
    leading = sum(1 for line in lines if line.lstrip(" \t").startswith("&&"))
    trailing = sum(1 for line in lines if line.rstrip(" \t\r\\`").endswith("&&"))
    return leading > trailing
