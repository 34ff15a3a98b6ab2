"""The programs that sources in JavaScript, Ruby, Go and Rust start, as far as literals tell."""

from __future__ import annotations

import posixpath
import re

from ....syntax.shell import parse_script
from ....syntax.source import MappedText
from .copies import read_context_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ....model.context import Context

_NODE_SOURCES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_NODE_TESTS = re.compile(r"(^|/)(tests?|__tests__|__mocks__|specs?|e2e|cypress)/|\.(test|spec|stories|e2e)\.\w+$")
_RUBY_SOURCES = (".rb", ".rake", ".ru")
_NODE_STARTED = re.compile(
    r"""\b(?:exec|spawn|execFile|fork|execa|shell|which|lookpath)\w*\s*\(\s*(?:["'`]([^"'`\n]{1,500})|([A-Za-z_$][\w$]*))"""
)
_NODE_TEMPLATES = re.compile(r"""\$`([^`\n]{1,500})""")
"""Commands of zx and execa."""
_NODE_VALUES = re.compile(r"""\b([A-Za-z_$][\w$]*)\s*(?::\s*string\s*)?=\s*\[?\s*["'`]([^"'`\n]{1,500})""")
_IMPORTED = re.compile(r"""(?:\bfrom\s*|\brequire\s*\(\s*|\bimport\s*\(\s*|\bimport\s+)["']([^"']+)["']""")
_RUBY_STARTED = re.compile(
    r"""(?:\b(?:system|exec|spawn|popen\w*|capture\w*|pipeline\w*)\s*[( ]\s*\[?\s*["']|`|%x[\[({])"""
    r"""\s*([^"'`\])}\n]{1,500})"""
)
_COMPILED_SOURCES = (".go", ".rs")
_COMPILED_STARTED = re.compile(
    r"""\b(?:exec\.(?:Command|LookPath)\(\s*|exec\.CommandContext\([^,\n]+,\s*|Command::new\(\s*)
        "(?!(?:/bin/)?(?:ba)?sh")([^"\n]{1,500})"
    |"(?:/bin/)?(?:ba)?sh"\s*(?:,\s*"-c"\s*,|\)\s*\.args?\(\[?\s*"-c"\s*(?:,|\)\s*\.arg\())\s*["`]([^"`\n]{1,500})""",
    re.VERBOSE,
)
_OPERATORS = re.compile(r"[|&;<>$]")


def node_programs(context: Context, names: Iterable[str]) -> dict[str, str]:
    """The programs that the sources among the files `names` of a context start with literals, each with its file."""
    found: dict[str, str] = {}
    for name, text in _texts(context, names, is_node_source):
        values: dict[str, list[str]] = {}
        for variable, value in _NODE_VALUES.findall(text):
            values.setdefault(variable, []).append(value)
        commands = _NODE_TEMPLATES.findall(text)
        for literal, variable in _NODE_STARTED.findall(text):
            commands += [literal] if literal else values.get(variable, [])
        _add(found, commands, name)
    return found


def node_imports(context: Context, names: Iterable[str]) -> set[str]:
    """The packages that the sources among the files `names` of a context import."""
    return {
        "/".join(module.split("/")[: 2 if module.startswith("@") else 1])
        for _, text in _texts(context, names, is_node_source)
        for module in _IMPORTED.findall(text)
    }


def ruby_programs(context: Context, names: Iterable[str]) -> dict[str, str]:
    """The programs that the sources among the files `names` of a context start with literals, each with its file."""
    found: dict[str, str] = {}
    for name, text in _texts(context, names, _is_ruby_source):
        _add(found, _RUBY_STARTED.findall(text), name)
    return found


def compiled_programs(context: Context, names: Iterable[str]) -> dict[str, str]:
    """The programs that the sources in Go and Rust among the files `names` of a context start, each with its file."""
    found: dict[str, str] = {}
    for name, text in _texts(context, names, _is_compiled_source):
        _add(found, [program or line for program, line in _COMPILED_STARTED.findall(text)], name)
    return found


def is_node_source(name: str) -> bool:
    """Whether a file is a source other than a test and those of dependencies."""
    return name.endswith(_NODE_SOURCES) and "node_modules/" not in name and not _NODE_TESTS.search(name)


def _is_compiled_source(name: str) -> bool:
    return name.endswith(_COMPILED_SOURCES) and not name.endswith("_test.go")


def _is_ruby_source(name: str) -> bool:
    return name.endswith(_RUBY_SOURCES) or posixpath.basename(name) in ("Rakefile", "Procfile")


def _texts(context: Context, names: Iterable[str], wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    for name in names:
        if wanted(name):
            text = read_context_file(context, name)
            if text is not None:
                yield name, text


def _add(found: dict[str, str], commands: Iterable[str], name: str) -> None:
    """Add the programs of command lines that the file `name` runs."""
    for command in commands:
        programs = command.split()[:1]
        if _OPERATORS.search(command):
            programs = [each.name for each in parse_script(MappedText(command, (0,), (0,)), "bash").commands]
        for program in programs:
            found.setdefault(posixpath.basename(program), name)
