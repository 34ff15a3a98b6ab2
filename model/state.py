"""The state before an instruction: variables, shell, user, working directory."""

from __future__ import annotations

import posixpath

from ..syntax.expand import Expansion, ExpansionError, expand
from ..syntax.tree import Arg, Env, Shell, User, Workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..syntax.tree import Instruction

LINUX_SHELL = ("/bin/sh", "-c")
WINDOWS_SHELL = ("cmd", "/S", "/C")

PLATFORM_ARGS = {
    f"{side}{part}": value
    for side in ("BUILD", "TARGET")
    for part, value in (
        ("PLATFORM", "linux/amd64"),
        ("OS", "linux"),
        ("OSVERSION", ""),
        ("ARCH", "amd64"),
        ("VARIANT", ""),
    )
} | {"TARGETSTAGE": "default"}
"""Arguments that BuildKit predefines; a stage needs a bare `ARG` to use them.

Source: docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
"""

PROXY_ARGS = frozenset(
    name
    for upper in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (upper, upper.lower())
)
"""Build arguments that need no ARG. Source: docs.docker.com/reference/dockerfile/#predefined-args"""


class State:
    """The state before an instruction.

    `vars`: variables with known values
    `unknown`: names that are declared, but get their value at build time
    `base_variables_known`: the variables of the base image are in `vars` and `unknown`
    `user`, `workdir`: None if the base image decides
    `shell`: the argv of the shell form, `has_custom_shell`: a SHELL instruction of this file has set it
    """

    __slots__ = ("base_variables_known", "escape", "has_custom_shell", "shell", "unknown", "user", "vars", "workdir")

    def __init__(self, escape: str) -> None:
        self.escape = escape
        self.base_variables_known = False
        self.vars: dict[str, str] = {}
        self.unknown: frozenset[str] = frozenset()
        self.shell: tuple[str, ...] = LINUX_SHELL
        self.has_custom_shell = False
        self.user: str | None = None
        self.workdir: str | None = None

    def copy(self) -> State:
        """A copy that shares `vars`; replace `vars` instead of changing it."""
        new = State.__new__(State)
        new.escape = self.escape
        new.base_variables_known = self.base_variables_known
        new.vars = self.vars
        new.unknown = self.unknown
        new.shell = self.shell
        new.has_custom_shell = self.has_custom_shell
        new.user = self.user
        new.workdir = self.workdir
        return new

    def expand(self, text: str) -> Expansion:
        """`text` with variables replaced and quotes removed; raises ExpansionError."""
        return expand(text, self.vars, self.escape)

    def expand_body(self, body: str) -> Expansion:
        """The body of a COPY heredoc with variables replaced and quotes kept; raises ExpansionError."""
        return expand(body, self.vars, "\\", skip_quotes=True)

    def value(self, text: str) -> str | None:
        """The value of a word, or None if it contains an unknown variable or cannot be expanded."""
        if "$" not in text and '"' not in text and "'" not in text and self.escape not in text:
            return text
        try:
            expansion = expand(text, self.vars, self.escape)
        except ExpansionError:
            return None
        unmatched = expansion.unmatched
        if unmatched and (not self.base_variables_known or not self.unknown.isdisjoint(unmatched)):
            return None
        return expansion.text

    def text(self, text: str) -> str:
        """The value of a word with unknown variables empty; `text` itself if it cannot be expanded."""
        try:
            return expand(text, self.vars, self.escape).text
        except ExpansionError:
            return text

    def path(self, text: str) -> str | None:
        """The absolute path of a word, or None if it or the working directory is unknown."""
        value = self.value(text)
        if value is None:
            return None
        if value.startswith("/"):
            return posixpath.normpath(value)
        if value[1:3] in (":\\", ":/"):
            return value
        return None if self.workdir is None else posixpath.normpath(posixpath.join(self.workdir, value))


def apply_instruction(
    state: State, instruction: Instruction, given: Mapping[str, str], args: Mapping[str, str | None]
) -> State:
    """The state after `instruction`; the same object if nothing changes.

    `given`: arguments of the build command, `args`: the global ARGs with their default values
    """
    if isinstance(instruction, Env):
        new = state.copy()
        new.vars = dict(state.vars)
        for pair in instruction.pairs:
            key = state.text(pair.key.text)
            value = state.value(pair.value.text) if pair.value else ""
            _assign(new, key, value)
        return new
    if isinstance(instruction, Arg):
        new = state.copy()
        new.vars = dict(state.vars)
        for pair in instruction.pairs:
            declare_arg(new, pair.key.text, pair.value.text if pair.value else None, given, args)
        return new
    if isinstance(instruction, User) and instruction.value:
        new = state.copy()
        new.user = state.value(instruction.value.text)
        return new
    if isinstance(instruction, Workdir) and instruction.value:
        new = state.copy()
        new.workdir = state.path(instruction.value.text)
        return new
    if isinstance(instruction, Shell) and instruction.json and instruction.arguments:
        new = state.copy()
        new.shell = tuple(argument.text for argument in instruction.arguments)
        new.has_custom_shell = True
        return new
    return state


def declare_arg(
    state: State, key: str, default: str | None, given: Mapping[str, str], inherited: Mapping[str, str | None]
) -> None:
    """Apply `ARG key=default` to `state`, in place.

    The value is that of the build command (`given`), the default, the global ARG of the same name (`inherited`), or a
    predefined one. Without any, the name is declared but unknown, unless it is already a variable.
    """
    key = state.text(key)
    if key in given:
        _assign(state, key, given[key])
    elif default is not None:
        _assign(state, key, state.value(default))
    elif key in inherited:
        _assign(state, key, inherited[key])
    elif key in PLATFORM_ARGS:
        _assign(state, key, PLATFORM_ARGS[key])
    elif key not in state.vars:
        _assign(state, key, None)


def _assign(state: State, key: str, value: str | None) -> None:
    if value is None:
        state.vars.pop(key, None)
        state.unknown |= {key}
    else:
        state.vars[key] = value
        if key in state.unknown:
            state.unknown -= {key}


def is_windows_shell(shell: Sequence[str]) -> bool:
    """Whether the shell form runs in cmd or PowerShell."""
    program = shell[0].replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe") if shell else ""
    return program in ("cmd", "powershell", "pwsh")
