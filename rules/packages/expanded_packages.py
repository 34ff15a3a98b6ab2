"""The packages of a call, including those in a variable whose value is known."""

from __future__ import annotations

from ...model.packages.specs import Package, parse_package_text
from ...syntax.expand import variable_references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Run

_DECLARING = ("export", "readonly", "local", "declare")


def expanded_packages(build: Build, run: Run, call: PackageCall) -> Iterator[Package]:
    """The packages of the call; a variable with a known value is replaced by the packages in it."""
    for package in call.packages:
        if package.kind != "variable":
            yield package
            continue
        for text in _value(build, run, package.word.value).split():
            kind, name, version = parse_package_text(text, call.manager.version_syntax)
            if kind:
                yield Package(package.word, kind, name, version)


def _value(build: Build, run: Run, text: str) -> str:
    """The value of an argument that is one variable: the last literal assigned in the RUN, else from ENV or ARG."""
    names = variable_references(text)
    if len(names) != 1 or text not in (f"${names[0][0]}", f"${{{names[0][0]}}}"):
        return ""
    name, value, assigned = names[0][0], "", False
    for command in build.commands(run):
        assignments = [(key, word, word.value) for key, word in command.assignments] if not command.words else []
        if command.name in _DECLARING:
            assignments += [(key, word, v) for word in command.args for key, _, v in [word.value.partition("=")] if v]
        for key, word, literal in assignments:
            if key == name:
                value, assigned = value if word.dynamic else literal, True
    return value if assigned else build.state(run).vars.get(name, "")
