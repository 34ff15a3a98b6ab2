"""The state before an instruction: variables, shell, user, working directory."""

from __future__ import annotations

import posixpath

from ..syntax.expand import Expansion, ExpansionError, expand
from ..syntax.tree import Arg, Env, Shell, User, Workdir
from .declarations import Declarations, KnownVariables, UnknownVariables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..syntax.tree import Instruction, KeyValuePair

LINUX_SHELL = ("/bin/sh", "-c")
WINDOWS_SHELL = ("cmd", "/S", "/C")

LONGEST_PATH = 4096
"""Linux refuses longer paths (PATH_MAX), so a relative path that becomes longer is not known."""

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

_MAX_GROWTH = 262_144
"""How many characters longer all values together may be than they are written; values past that are unknown."""


class State:
    """The state before an instruction.

    `vars`: variables with known values
    `unknown`: names that are declared, but get their value at build time
    `base_variables_known`: the variables of the base image are in `vars` and `unknown`
    `user`, `workdir`: None if the base image decides
    `shell`: the argv of the shell form, `has_custom_shell`: a SHELL instruction of this file has set it
    `growth`: how many characters longer the values are than they are written
    """

    __slots__ = (
        "_declarations",
        "base_variables_known",
        "escape",
        "growth",
        "has_custom_shell",
        "shell",
        "unknown",
        "user",
        "vars",
        "workdir",
    )

    def __init__(
        self,
        escape: str,
        *,
        declarations: Declarations | None = None,
        base_variables_known: bool = False,
        shell: tuple[str, ...] = LINUX_SHELL,
        has_custom_shell: bool = False,
        user: str | None = None,
        workdir: str | None = None,
        growth: int = 0,
    ) -> None:
        self.escape = escape
        self._set_declarations(Declarations({}) if declarations is None else declarations)
        self.base_variables_known = base_variables_known
        self.shell = shell
        self.has_custom_shell = has_custom_shell
        self.user = user
        self.workdir = workdir
        self.growth = growth

    def copy(self) -> State:
        """A copy, which shares the variables until one is changed."""
        return State(
            self.escape,
            declarations=self._declarations,
            base_variables_known=self.base_variables_known,
            shell=self.shell,
            has_custom_shell=self.has_custom_shell,
            user=self.user,
            workdir=self.workdir,
            growth=self.growth,
        )

    def assume(self, values: Mapping[str, str]) -> State:
        """A copy with these values of variables."""
        new = self.copy()
        for name, value in values.items():
            new._assign(name, value)
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
        if self.workdir is None or len(self.workdir) + len(value) > LONGEST_PATH:
            return None
        return posixpath.normpath(posixpath.join(self.workdir, value))

    def after(self, instruction: Instruction, given: Mapping[str, str], args: Mapping[str, str | None]) -> State:
        """The state after `instruction`; the same object if nothing changes.

        `given`: arguments of the build command, `args`: the global ARGs with their default values
        """
        if isinstance(instruction, Env | Arg):
            new = self.copy()
            for pair in instruction.pairs:
                if isinstance(instruction, Arg):
                    new.declare_arg(pair, given, args)
                else:
                    value = new._limited(self.value(pair.value.text), pair.value.text) if pair.value else ""
                    new._assign(self.text(pair.key.text), value)
            return new
        if isinstance(instruction, User | Workdir) and instruction.value:
            new = self.copy()
            new._move(instruction, instruction.value.text)
            return new
        if isinstance(instruction, Shell) and instruction.json and instruction.arguments:
            new = self.copy()
            new._set_shell(instruction)
            return new
        return self

    def declare_arg(self, pair: KeyValuePair, given: Mapping[str, str], inherited: Mapping[str, str | None]) -> None:
        """Apply one `key=default` of an ARG, in place.

        The value is that of the build command (`given`), the default, the global ARG of the same name (`inherited`), or
        a predefined one. Without any, the name is declared but unknown, unless it is already a variable.
        """
        key = self.text(pair.key.text)
        if key in given:
            self._assign(key, given[key])
        elif pair.value is not None:
            self._assign(key, self._limited(self.value(pair.value.text), pair.value.text))
        elif key in inherited:
            self._assign(key, inherited[key])
        elif key in PLATFORM_ARGS:
            self._assign(key, PLATFORM_ARGS[key])
        elif key not in self.vars:
            self._assign(key, None)

    def _limited(self, value: str | None, text: str) -> str | None:
        """The value of the word `text` that is to be kept; None if all values together have become too long."""
        if value is not None and len(value) > len(text):
            self.growth += len(value) - len(text)
            if self.growth > _MAX_GROWTH:
                return None
        return value

    def _assign(self, key: str, value: str | None) -> None:
        self._set_declarations(self._declarations.declare(key, value))

    def _set_declarations(self, declarations: Declarations) -> None:
        self._declarations = declarations
        self.vars = KnownVariables(declarations)
        self.unknown = UnknownVariables(declarations)

    def _move(self, instruction: User | Workdir, text: str) -> None:
        if isinstance(instruction, User):
            self.user = self._limited(self.value(text), text)
        else:
            self.workdir = self._limited(self.path(text), text)

    def _set_shell(self, instruction: Shell) -> None:
        self.shell = tuple(argument.text for argument in instruction.arguments)
        self.has_custom_shell = True


def is_windows_shell(shell: Sequence[str]) -> bool:
    """Whether the shell form runs in cmd or PowerShell."""
    program = shell[0].replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe") if shell else ""
    return program in ("cmd", "powershell", "pwsh")
