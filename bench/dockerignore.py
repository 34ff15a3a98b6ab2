"""What `dlint dockerignore` leaves out of real build contexts, and whether anything that is needed is among it.

    python bench/dockerignore.py [DIR]     a directory of contexts; default: the shared corpus of applications

For every context: files and bytes that are sent before and after, the patterns, and three questions that are answered
without the code of the rewrite: is a file left out that a COPY or ADD names (BK019 after the change), that a Python
module imports (by the standard library's `ast`), or that a JavaScript file requires by a relative path?
"""

from __future__ import annotations

import ast
import os
import posixpath
import re
import sys

from dockerfile_dlint.lint.commands.dockerignore import format_bytes, ignore_file_proposal, load_build
from dockerfile_dlint.lint.engine.planning import default_plans
from dockerfile_dlint.lint.sources.discovery import discover
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.rules.context.ignored_source import ignored_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerfile_dlint.fixers.optimize.ignore.proposal import IgnoreProposal
    from dockerfile_dlint.model.context import Context

_REQUIRED = re.compile(r"""(?:require\(|from\s+|import\s+|import\()\s*["'](\.[^"']*)["']""")


def _named(build: Build, after: Context) -> Iterator[str]:
    seen = Build(build.dockerfile, lambda _: after)
    yield from (finding.message for finding in ignored_source.check(seen))


def _imported(context: Context, proposal: IgnoreProposal, sent: set[str]) -> Iterator[str]:
    for path in sorted(sent):
        text = ""
        if path.endswith((".py", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".vue")):
            with open(os.path.join(context.root, path), encoding="utf-8", errors="replace") as file:
                text = file.read()
        for target in _modules(path, text) if path.endswith(".py") else _relative(path, text):
            below = (target + "/", target + ".")
            gone = [each for each in proposal.dropped if each == target or each.startswith(below)]
            if gone and target not in ("", "."):
                yield f"{path} imports {gone[0]}"


def _modules(path: str, text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    folder = posixpath.dirname(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            names = [base, *(f"{base}.{alias.name}".replace("..", ".") for alias in node.names)]
        else:
            continue
        for name in names:
            dotted = name.lstrip(".")
            yield dotted.replace(".", "/")
            yield posixpath.normpath(posixpath.join(folder, dotted.replace(".", "/")))


def _relative(path: str, text: str) -> Iterator[str]:
    for match in _REQUIRED.finditer(text):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(path), match[1]))


def _contexts(folder: str) -> Iterator[tuple[str, Build, Context, IgnoreProposal]]:
    done: set[str] = set()
    plans = default_plans()
    for found in discover([folder]):
        build, context = load_build(found.path, [folder], plans)
        if context is None:
            print(f"{os.path.relpath(found.path, folder)}: no context")
            continue
        proposal = ignore_file_proposal(build, context, [folder], plans)
        if proposal.path not in done:
            done.add(proposal.path)
            yield found.path, build, context, proposal


def main() -> None:
    shared = os.environ.get("DLINT_SHARED") or os.path.join(os.path.dirname(__file__), "../../shared")
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(shared, "corpus/apps")
    before = after = files_before = files_after = wrong = changed = 0
    for path, build, context, proposal in _contexts(folder):
        then = context.with_ignore(proposal.new)
        problems = [*_named(build, then), *_imported(context, proposal, set(then.files()))]
        name = os.path.relpath(path, folder)
        patterns = " ".join(each.text for each in proposal.patterns)
        sizes = f"{format_bytes(proposal.before):>9} {format_bytes(proposal.after):>9}"
        print(f"{sizes} {proposal.files_before:4} {proposal.files_after:4}  {name}: {patterns}")
        for kept in proposal.kept:
            print(f"{'':32}{kept.path} stays: {kept.reason}")
        for problem in problems:
            print(f"  WRONG: {problem}")
        before, after = before + proposal.before, after + proposal.after
        files_before, files_after = files_before + proposal.files_before, files_after + proposal.files_after
        wrong += bool(problems)
        changed += proposal.changed
    sizes = f"{format_bytes(before)} in {files_before} files, then {format_bytes(after)} in {files_after}"
    print(f"{changed} files proposed; {sizes}; {wrong} wrong")


if __name__ == "__main__":
    main()
