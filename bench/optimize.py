"""Optimizes a directory of Dockerfiles in memory: what was rewritten or rejected and why, what broke. See README.md.

    python bench/optimize.py DIR [--context | --pretend] [--several] [--show N [--of NAMES] [--seed N]]

Nothing is written. Without `--context` every file is taken alone, as if nothing were known of its build context.
`--pretend` makes up a folder with manifests and what the file copies, for the rewrites that want a context.
"""

from __future__ import annotations

import argparse
import atexit
import posixpath
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from dockerfile_dlint.fixers.optimize.pipeline import DEFAULT_REWRITES, optimize
from dockerfile_dlint.lint.commands.optimize import apply_layer_fixes
from dockerfile_dlint.lint.output.diff import file_diff
from dockerfile_dlint.lint.sources.context_search import ContextFinder
from dockerfile_dlint.lint.sources.discovery import is_dockerfile_name
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.build_errors import evaluation_errors
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.model.layers import local_sources
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source, SourceError
from dockerfile_dlint.syntax.tree import CopyOrAdd

MANIFESTS = {
    "requirements.txt": "flask\n",
    "package.json": '{"scripts": {"start": "node index.js", "build": "vite build"}, "dependencies": {"express": "4"}}',
    "index.js": "require('express')\n",
    "go.mod": "module example.org/app\n",
    "main.go": "package main\n",
    "pom.xml": "<project><artifactId>app</artifactId><version>1</version></project>",
    "Cargo.toml": '[package]\nname = "app"\n',
    "Cargo.lock": '[[package]]\nname = "app"\n',
    "pyproject.toml": '[tool.poetry]\nname = "app"\n',
    "poetry.lock": "",
    "uv.lock": "",
    "Pipfile": '[packages]\nflask = "*"\n',
    "Pipfile.lock": '{"default": {"flask": {}}}',
    "src/main.rs": "fn main() {}\n",
    "app.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web" />',
    "build.gradle": "plugins { id 'java' }\n",
    "Gemfile": 'gem "puma"\n',
    "Gemfile.lock": "GEM\n  specs:\n    puma (6.0.0)\n",
    "composer.json": "{}",
}
MOST = 200
"""No file has a longer name."""

if TYPE_CHECKING:
    from dockerfile_dlint.fixers.optimize.pipeline import OptimizeResult


def main() -> None:
    """Optimize every file and print the tables."""
    arguments = options()
    accepted, refused = Counter[str](), Counter[str]()
    broken: list[str] = []
    diffs: list[str] = []
    files = slowest = 0
    start = time.perf_counter()
    for source in read(arguments.folder, several=arguments.several):
        files += 1
        context = _context(source, arguments)
        began = time.perf_counter()
        try:
            result = once(source.text, source.name, context)
            broken += [f"{source.name}: {problem}" for problem in problems(source, result, context)]
        except Exception:  # noqa: BLE001 - a crash is what is looked for
            broken.append(f"{source.name}: {traceback.format_exc()}")
            continue
        slowest = max(slowest, time.perf_counter() - began)
        for outcome in result.outcomes:
            if outcome.text is not None:
                accepted[outcome.name] += 1
            elif outcome.rejection is not None:
                refused[f"{outcome.name:12} {general(str(outcome.rejection))}"] += 1
        done = {outcome.name for outcome in result.outcomes if outcome.text is not None}
        if result.text != source.text and (not arguments.of or done & set(arguments.of)):
            diffs.append(file_diff(source.name, source.text, result.text))
    so, taken = " so" if arguments.of else "", time.perf_counter() - start
    print(f"{files} files, {len(diffs)} changed{so}; {taken:.1f} s, slowest twice {slowest:.2f} s")
    for name in DEFAULT_REWRITES:
        print(f"{accepted[name]:5} {name}")
    print("refused:")
    for reason, count in refused.most_common():
        print(f"{count:5} {reason}")
    print(f"broken: {len(broken)}")
    print("\n".join(broken))
    for diff in random.Random(arguments.seed).sample(diffs, min(arguments.show, len(diffs))):
        print(diff)
    sys.exit(1 if broken else 0)


def _context(source: Source, arguments: argparse.Namespace) -> Context | None:
    if arguments.pretend:
        return pretended(Build(parse(source)), tempfile.mkdtemp(dir=arguments.scratch))
    if not arguments.context:
        return None
    return ContextFinder().locate(source.name, Build(parse(source)), [arguments.folder])


def pretended(build: Build, folder: str) -> Context:
    """A directory with what the file copies, and manifests."""
    names = dict(MANIFESTS)
    for instruction in [step for stage in build.stages for step in stage.instructions if isinstance(step, CopyOrAdd)]:
        for name in local_sources(build, instruction):
            path = posixpath.normpath("/" + name).strip("/")
            if path and not set("*?[$\0") & set(path) and len(path) < MOST:
                names.setdefault(path if "." in posixpath.basename(path) else f"{path}/file.txt", "text\n")
    for name, text in names.items():
        path = Path(folder, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        except OSError:
            continue  # a name is a file here and a folder there
    return Context(folder)


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--context", action="store_true", help="use the build context that the files lie in")
    parser.add_argument("--pretend", action="store_true", help="make up a build context for every file")
    parser.add_argument("--several", action="store_true", help="files with several stages too")
    parser.add_argument("--show", type=int, default=0, help="print a random sample of N differences")
    parser.add_argument("--of", nargs="*", default=[], metavar="NAME", help="of files with these rewrites alone")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.scratch = tempfile.mkdtemp(prefix="dlint-bench-")
    atexit.register(shutil.rmtree, arguments.scratch, ignore_errors=True)
    return arguments


def read(folder: str, *, several: bool) -> list[Source]:
    """The files that parse, those with one stage alone unless `several`."""
    found: list[Source] = []
    for path in sorted(Path(folder).rglob("*")):
        if not (path.is_file() and is_dockerfile_name(path.name)):
            continue
        try:
            source = Source.decode(path.read_bytes(), str(path))
        except (SourceError, OSError):
            continue
        dockerfile = parse(source)
        stages = sum(instruction.name == "FROM" for instruction in dockerfile.instructions)
        if not dockerfile.errors and (stages == 1 or (several and stages)):
            found.append(source)
    return found


def once(text: str, name: str, context: Context | None) -> OptimizeResult:
    """The file after all rewrites."""
    return optimize(text, name, context, lambda now, last: apply_layer_fixes(now, name, last=last))


def problems(source: Source, result: OptimizeResult, context: Context | None) -> list[str]:
    """What is wrong with a rewritten file: BuildKit would refuse it, or a second run changes it again."""
    after = parse(Source(result.text, source.name))
    if after.errors:
        return [f"it does not parse: {after.errors[0].message}"]
    known = {message for message, _ in evaluation_errors(Build(parse(source)))}
    found = [f"it does not build: {message}" for message, _ in evaluation_errors(Build(after)) if message not in known]
    again = once(result.text, source.name, context)
    if again.text != result.text:
        found.append("a second run changes it:\n" + file_diff(source.name, result.text, again.text))
    return found


def general(reason: str) -> str:
    """A reason without the names in it, to be counted."""
    return re.sub(r"`[^`]*`(, `[^`]*`)*", "…", reason)


if __name__ == "__main__":
    main()
