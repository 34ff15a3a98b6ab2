"""RUNs that follow each other, joined to one."""

from __future__ import annotations

from itertools import pairwise

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

# What ends the shell, or goes on behind it: nothing may follow.
_ENDING = frozenset(("exit", "exec", "return", "trap", "wait", "nohup", "setsid", "service", "systemctl", "break"))
# What changes the shell for the commands that follow.
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
    """The edits that make one RUN of several that follow each other in the file, and what they declare.

    The commands run one after the other as before, each RUN when the one before it has succeeded. None where a command
    would find another shell (folder, options, variables, functions, umask, traps), where the exit status of a RUN is
    not that of all its parts (`a; b`, `a || b` behind others, `&`), where flags or shell are not the same or mounts
    would keep what is dropped between RUNs, in other forms than the shell form, where the search path of programs may
    be remembered (a manager that upgrades itself), and where a comment speaks to a tool.
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
        # The line of the first command may be one that went with the edit before.
        edits += [edit for edit in layout.indented(second) if edit.start >= end]
        declares.append(Edit(start, end, " && "))
    return edits, declares


def run_separator(build: Build, runs: Sequence[Run]) -> str:
    """How `&&` is written between the joined RUNs."""
    return _Layout(build, runs).plain()


def _text_end(build: Build, run: Run) -> int:
    """Where the text of the RUN ends, blanks behind it left out."""
    return run.start + len(build.dockerfile.source.text[run.start : run.end].rstrip())


def _is_plain(build: Build, run: Run) -> bool:
    """Whether the RUN is a shell-form one that a usual shell reads, without heredocs."""
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
    """Whether a flag makes no folder whose content the next RUN would miss."""
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
    """The commands that the RUN's own shell runs, not one that it starts."""
    for command in build.commands(run):
        if _OTHER_SHELL.isdisjoint(command.context):
            yield command


def _leaks(build: Build, run: Run, *, soft: bool) -> bool:
    """Whether a command of the RUN ends its shell or changes it; `soft` allows changes that an `rm` does not feel."""
    # In what stands before `&&`, `set -e` does not count.
    if _is_strict(build, run) and any(each.context[:1] not in _SHIELDED for each in build.commands(run)):
        return True
    for command in _own(build, run):
        if command.operator_after == "&" or "function" in command.context or command.name in _ENDING:
            return True
        if "exec" in command.wrappers or command.name.endswith("ctl"):
            return True
        if not soft and (command.name in _CHANGING or not command.words or "builtin" in command.wrappers):
            return True
        if command.name == "set" and "f" in "".join(word.value for word in command.flags()):
            return True
    text = run.logical.text
    # A shell that is replaced (`ln -sf bash /bin/sh`) goes on as what it was; the next RUN starts the new one.
    if any(shell in text for shell in _SHELL_FILES):
        return True
    return not soft and ("$((" in text or "=" in _expansions(text))


def _expansions(text: str) -> str:
    """The `:=` and `=` of `${NAME:=value}`, which set a variable."""
    found = ""
    for part in text.split("${")[1:]:
        name = part.partition("}")[0]
        rest = name.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
        found += rest[:2].lstrip(":")[:1]
    return found


def _is_strict(build: Build, run: Run) -> bool:
    """Whether the shell stops at the first failure by itself."""
    shell = build.state(run).shell or ()
    if any(word[:1] == "-" and "e" in word for word in shell[1:]):
        return True
    return any(command.name == "set" for command in _own(build, run))


def _renews_itself(build: Build, run: Run) -> bool:
    """Whether a package manager brings a newer one of itself, maybe in another folder: the shell remembers the old."""
    return any(package.name in call.manager.programs for call in build.package_calls(run) for package in call.packages)


def _is_independent(build: Build, run: Run) -> bool:
    """Whether the RUN does nothing but remove files by their full name."""
    return all(
        command.name == "rm"
        and not command.wrappers
        and not any(word.dynamic for word in command.words)
        and all(word.value[:1] in "/-" for word in command.args)
        for command in build.commands(run)
    )


def _is_chain(build: Build, run: Run) -> bool:
    """Whether the RUN goes on only as long as all is well: nothing but `&&` and pipelines outermost."""
    return all(
        command.operator_before in ("", "&&", "|", "|&") and command.operator_after in ("", "&&", "|", "|&")
        for command in build.commands(run)
        if not command.context
    ) and not _has_outer_list(build, run)


def _has_outer_list(build: Build, run: Run) -> bool:
    """Whether a construct is followed by `;`, a line feed or `||`, or is in the background."""
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
    """Whether the joined script has all commands of all RUNs, in the same constructs."""
    texts = [build.shell_text(run)[0].text.rstrip() for run in runs]
    joined = parse_script(MappedText(" && ".join(texts), (0,), (0,)))
    expected = [(command.text, command.context) for run in runs for command in build.commands(run)]
    return not joined.error and [(command.text, command.context) for command in joined.commands] == expected


_ENOUGH = 20_000
"""Characters of a file that tell its style."""


class _Layout:
    """How the joined RUN is written: where `&&` stands, and how far lines are indented, as in the RUNs or the file."""

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
        """What stands between two RUNs: `&&`, a line break, and the comments that stood between them."""
        comments = [
            f"{self.indent}{self.text[comment.start : comment.end].strip()}{self.ending}"
            for comment in (self.comments if "#" in self.text[first.end : second.start] else ())
            if first.end <= comment.start < second.start
        ]
        return self.plain("".join(comments))

    def plain(self, above: str = "") -> str:
        """What stands between two commands; `above` are lines for the second one."""
        if self.leading:
            return f" {self.escape}{self.ending}{above}{self.indent}&& "
        return f" && {self.escape}{self.ending}{above}{self.indent}"

    def indented(self, run: Run) -> list[Edit]:
        """The edits that indent the further lines of a RUN when they would not stand below its first."""
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
    """Whether blanks at the beginnings of the lines mean nothing: none begins within quotes."""
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
    """Whether `&&` begins the lines of an instruction, and their indentation; None when none is broken there."""
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
