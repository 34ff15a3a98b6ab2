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


class PythonApp:
    """The Python files in some paths of a context.

    `imports`: first parts of imported module names (`a` of `a.b`)
    `programs`: base names of the programs that they start
    `strings`: all string literals
    `unparsed_files`: each file that could not be parsed and the reason, which completes "the file …"
    """

    def __init__(self, context: Context, paths: Iterable[str], without: re.Pattern[str] | None = None) -> None:
        """Files whose path matches `without` are skipped."""
        self.imports: set[str] = set()
        self.programs: set[str] = set()
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
            parse_python(read_found(path, MAX_BYTES), work).visit(_visitor(self))
        except UnreadPython as error:
            self.unparsed_files[name] = str(error)
        except RecursionError:
            self.unparsed_files[name] = "nests too deeply"
        except OSError as error:
            self.unparsed_files[name] = f"cannot be read: {error.strerror}"


def _below(name: str, paths: Iterable[str]) -> bool:
    return any(not path or name == path or name.startswith(path + "/") for path in paths)


def _visitor(app: PythonApp) -> libcst.CSTVisitor:
    import libcst

    class Visitor(libcst.CSTVisitor):
        """Adds what it finds to `app`."""

        def visit_Import(self, node: libcst.Import) -> None:  # noqa: N802
            app.imports.update(_name(alias.name).partition(".")[0] for alias in node.names)

        def visit_ImportFrom(self, node: libcst.ImportFrom) -> None:  # noqa: N802
            if node.module is not None and not node.relative:
                app.imports.add(_name(node.module).partition(".")[0])

        def visit_SimpleString(self, node: libcst.SimpleString) -> None:  # noqa: N802
            value = node.evaluated_value
            if isinstance(value, str):
                app.strings.add(value)

        def visit_Call(self, node: libcst.Call) -> None:  # noqa: N802
            called = node.func
            name = called.attr.value if isinstance(called, libcst.Attribute) else getattr(called, "value", "")
            if name in _STARTERS and node.args:
                program = _first_word(node.args[0].value)
                if program:
                    app.programs.add(os.path.basename(program))

    return Visitor()


def _name(node: libcst.CSTNode) -> str:
    import libcst

    if isinstance(node, libcst.Attribute):
        return f"{_name(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, libcst.Name) else ""


def _first_word(node: libcst.CSTNode) -> str:
    """The program of `"git log"` or `["git", "log"]`; empty if it is not a literal."""
    import libcst

    if isinstance(node, libcst.List | libcst.Tuple) and node.elements:
        return _first_word(node.elements[0].value)
    if isinstance(node, libcst.FormattedString):
        first = node.parts[0] if node.parts else None
        text = first.value if isinstance(first, libcst.FormattedStringText) else ""
        return text.split()[0] if text.split() and " " in text else ""
    value = node.evaluated_value if isinstance(node, libcst.SimpleString) else None
    return value.split()[0] if isinstance(value, str) and value.split() else ""
