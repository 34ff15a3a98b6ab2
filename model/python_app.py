"""What the Python files of a build context import, and which programs they start; parsed with libcst."""

from __future__ import annotations

import os

from .disk import read_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    import libcst

    from .context import Context
    from .python_syntax import PythonWork

_STARTERS = frozenset(
    ("run", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput", "system", "popen", "which",
     "execvp", "execlp", "spawn", "create_subprocess_exec", "create_subprocess_shell")
)  # fmt: skip
"""Functions of subprocess, os, shutil, asyncio and pexpect whose first argument names a program."""
_LOADERS = frozenset(("CDLL", "PyDLL", "LoadLibrary", "find_library", "dlopen"))
"""Functions of ctypes and cffi whose first argument names a library."""
_COMMAND_MODULES = ("sh", "plumbum.cmd")
"""Modules that provide each program as a name."""
_TEXT_METHODS = ("encode", "format", "split", "strip")
"""Methods of a string whose result starts with the same word."""


class PythonApp:
    """The Python files in some paths of a context.

    `imports`: first parts of imported module names (`a` of `a.b`)
    `programs`: base names of the programs that they start
    `libraries`: the names of the libraries that they load, each with the file
    `strings`: all string literals
    `unparsed_files`: each file that could not be parsed and the reason, which completes "the file …"
    """

    def __init__(self, context: Context, paths: Iterable[str], without: re.Pattern[str] | None = None) -> None:
        """Files whose path matches `without` are skipped."""
        self.imports: set[str] = set()
        self.programs: set[str] = set()
        self.libraries: dict[str, str] = {}
        self.strings: set[str] = set()
        self.unparsed_files: dict[str, str] = {}
        wanted = tuple(dict.fromkeys(paths))
        names = [name for name in context.files() if name.endswith(".py") and _below(name, wanted)]
        if without is not None:
            names = [name for name in names if without.search(name) is None]
        from .python_syntax import PythonWork

        work = PythonWork()
        for name in names:
            self._read(os.path.join(context.root, name), name, work)

    def _read(self, path: str, name: str, work: PythonWork) -> None:
        from .python_syntax import MAX_BYTES, UnreadPython, parse_python

        try:
            calls = _Calls()
            parse_python(read_found(path, MAX_BYTES), work).visit(_visitor(self, calls))
            self.programs |= calls.programs()
            self.libraries.update(dict.fromkeys(calls.libraries(), name))
        except UnreadPython as error:
            self.unparsed_files[name] = str(error)
        except RecursionError:
            self.unparsed_files[name] = "nests too deeply"
        except OSError as error:
            self.unparsed_files[name] = f"cannot be read: {error.strerror}"


def _below(name: str, paths: Iterable[str]) -> bool:
    return any(not path or name == path or name.startswith(path + "/") for path in paths)


class _Calls:
    """The calls of a file that start programs or load libraries, and the values that it gives to variables."""

    def __init__(self) -> None:
        self.started: list[libcst.BaseExpression] = []
        self.loaded: list[libcst.BaseExpression] = []
        self.imported: list[str] = []
        self.values: dict[str, list[libcst.BaseExpression]] = {}

    def add(self, node: libcst.Call) -> None:
        """Record a call if it starts a program or loads a library."""
        name = _name(node.func).rpartition(".")[2]
        found = self.started if name in _STARTERS else self.loaded if name in _LOADERS else None
        if found is not None and node.args:
            named = [each.value for each in node.args if each.keyword is not None and each.keyword.value == "args"]
            found.append(named[0] if named else node.args[0].value)

    def set(self, target: libcst.CSTNode, value: libcst.BaseExpression | None) -> None:
        """Record the value of a variable."""
        if value is not None and _name(target):
            self.values.setdefault(_name(target), []).append(value)

    def programs(self) -> set[str]:
        """The base names of the programs."""
        texts = [text for node in self.started for text in self._texts(node, set())]
        names = {os.path.basename(name) for text in texts for name in _program_names(text)}
        return (names | set(self.imported)) - {""}

    def libraries(self) -> set[str]:
        """The names of the libraries, without those that the application brings itself."""
        texts = {text for node in self.loaded for text in self._texts(node, set())}
        return {text for text in texts if text and not _is_own_path(text) and not text.endswith((".dll", ".dylib"))}

    def _texts(self, node: libcst.BaseExpression, seen: set[str]) -> list[str]:
        """What the command or name that `node` evaluates to starts with, as far as literals tell.

        The variables in `seen` are not read again.
        """
        import libcst

        if isinstance(node, libcst.SimpleString):
            value = node.evaluated_value
            return [value] if isinstance(value, str) else []
        inner = _first_parts(node)
        if (name := _name(node)) and name not in seen:
            seen.add(name)
            inner = self.values.get(name, [])
        return [text for each in inner for text in self._texts(each, seen)] or _f_string(node)


def _first_parts(node: libcst.BaseExpression) -> list[libcst.BaseExpression]:
    """The expressions that the value of `node` may start with."""
    import libcst

    if isinstance(node, libcst.List | libcst.Tuple):
        return [node.elements[0].value] if node.elements else []
    if isinstance(node, libcst.BinaryOperation | libcst.BooleanOperation):
        either = isinstance(node, libcst.BooleanOperation)
        return [node.left, node.right] if either else [node.left]
    if isinstance(node, libcst.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, libcst.ConcatenatedString):
        return [node.left]
    if isinstance(node, libcst.FormattedString) and node.parts:
        first = node.parts[0]
        return [first.expression] if isinstance(first, libcst.FormattedStringExpression) else []
    if isinstance(node, libcst.Call):
        # `"git {}".format(x).split()`; otherwise `shlex.split("git log")`, `" ".join(["git", "log"])`, `str(path)`
        called = node.func
        if isinstance(called, libcst.Attribute) and called.attr.value in _TEXT_METHODS and not _name(called.value):
            return [called.value]
        return [argument.value for argument in node.args[:1]]
    return []


def _f_string(node: libcst.BaseExpression) -> list[str]:
    """The first words of an f-string; empty when they continue with an expression."""
    import libcst

    first = node.parts[0] if isinstance(node, libcst.FormattedString) and node.parts else None
    text = first.value if isinstance(first, libcst.FormattedStringText) else ""
    return [text.rpartition(" ")[0]] if " " in text else []


def _program_names(command: str) -> list[str]:
    """The programs that a command starts: the first word, and with shell operators those of all its commands."""
    if not any(char in command for char in "|&;`$<>\n"):
        return command.split()[:1]
    from ..syntax.shell import parse_script
    from ..syntax.source import MappedText

    return [found.name for found in parse_script(MappedText(command, (0,), (0,)), "bash").commands]


def _is_own_path(text: str) -> bool:
    """Whether a library is loaded from a path outside the directories of the system."""
    return "/" in text.lstrip(".") and not text.startswith(("/usr/lib/", "/lib/", "/usr/local/lib/"))


def _visitor(app: PythonApp, calls: _Calls) -> libcst.CSTVisitor:
    import libcst

    class Visitor(libcst.CSTVisitor):
        """Adds what it finds to `app` and `calls`."""

        def visit_Import(self, node: libcst.Import) -> None:  # noqa: N802
            app.imports.update(_name(alias.name).partition(".")[0] for alias in node.names)

        def visit_ImportFrom(self, node: libcst.ImportFrom) -> None:  # noqa: N802
            if node.module is None or node.relative:
                return
            module = _name(node.module)
            app.imports.add(module.partition(".")[0])
            if module in _COMMAND_MODULES and not isinstance(node.names, libcst.ImportStar):
                calls.imported.extend(_name(alias.name) for alias in node.names)

        def visit_SimpleString(self, node: libcst.SimpleString) -> None:  # noqa: N802
            value = node.evaluated_value
            if isinstance(value, str):
                app.strings.add(value)

        def visit_Assign(self, node: libcst.Assign) -> None:  # noqa: N802
            for target in node.targets:
                calls.set(target.target, node.value)

        def visit_AnnAssign(self, node: libcst.AnnAssign) -> None:  # noqa: N802
            calls.set(node.target, node.value)

        def visit_Param(self, node: libcst.Param) -> None:  # noqa: N802
            calls.set(node.name, node.default)

        def visit_Call(self, node: libcst.Call) -> None:  # noqa: N802
            calls.add(node)

        def visit_Attribute(self, node: libcst.Attribute) -> None:  # noqa: N802
            if "sh" in app.imports and _name(node.value) == "sh":
                calls.imported.append(node.attr.value)

    return Visitor()


def _name(node: libcst.CSTNode) -> str:
    import libcst

    if isinstance(node, libcst.Attribute):
        return f"{_name(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, libcst.Name) else ""
