"""The imports and strings of a Python module, which may name other files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ....model.python_syntax import UnreadPython, parse_python

if TYPE_CHECKING:
    from collections.abc import Sequence


class PythonReferences:
    """`imports`: (number of leading dots, module) pairs; `strings`: without docstrings."""

    __slots__ = ("imports", "strings")

    def __init__(self, imports: Sequence[tuple[int, str]], strings: Sequence[str]) -> None:
        self.imports = imports
        self.strings = strings


def read_python_references(source: str) -> PythonReferences | None:
    """The references of a module; None when it is not parsed."""
    reader = _Reader()
    try:
        parse_python(source).visit(reader)
    except (UnreadPython, RecursionError):
        return None
    return PythonReferences(reader.imports, reader.strings)


class _Reader(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.imports: list[tuple[int, str]] = []
        self.strings: list[str] = []

    def visit_Import(self, node: cst.Import) -> bool:  # noqa: N802 - libcst's names
        self.imports += [(0, _dotted(alias.name)) for alias in node.names]
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: N802
        module = _dotted(node.module) if node.module is not None else ""
        dots = len(node.relative)
        self.imports.append((dots, module))
        if not isinstance(node.names, cst.ImportStar):
            prefix = module + "." if module else ""
            self.imports += [(dots, prefix + _dotted(alias.name)) for alias in node.names]
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:  # noqa: N802
        # find_packages(exclude=["tests"]) names what is excluded.
        return node.keyword is None or not node.keyword.value.startswith("exclude")

    def visit_Expr(self, node: cst.Expr) -> bool:  # noqa: N802
        # A string statement is a docstring or a comment.
        return not isinstance(node.value, cst.SimpleString)

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802
        self.strings.append(node.raw_value)

    def visit_FormattedStringText(self, node: cst.FormattedStringText) -> None:  # noqa: N802
        self.strings.append(node.value)


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
