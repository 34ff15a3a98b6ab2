"""Lists the builds that compose files, bake files and workflows describe, as dlint reads them. See README.md.

    python bench/builds.py DIR

One line per build: file and line, name, Dockerfile, context, target and arguments; paths are relative to DIR.
What does not exist is marked with `MISSING`. Each file ends with the number of services with `build` by a text search,
which is independent of the reader. Exit status 1 when something is missing.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dockerfile_dlint.lint.sources.invocations.index import BuildFinder, is_bake, is_compose, read_builds

if TYPE_CHECKING:
    from dockerfile_dlint.lint.sources.invocations.invocation import BuildInvocation

BUILD = re.compile(r"^ +(?:build *:|<<: *\*\S*build\S*)", re.MULTILINE)


def main() -> int:
    """Print the builds, then the sums."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="projects, at any depth")
    folder = parser.parse_args().folder.resolve()
    found = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and (is_compose(path.name) or is_bake(path.name))
    ]
    builds = missing = lost = 0
    for path in found:
        each = read_builds(str(path))
        written = len(BUILD.findall("\n".join(code(path)))) if is_compose(path.name) else len(each)
        print(f"{path.relative_to(folder)}: {len(each)} of {written}")
        for build in each:
            gaps = list(shortcomings(build, folder))
            print(f"  {described(build, folder)}{''.join(f'  MISSING {gap}' for gap in gaps)}")
            missing += bool(gaps)
        builds += len(each)
        lost += len(each) != written
    building = sum(1 for path in found if read_builds(str(path)))
    print(
        f"\n{len(found)} files, {building} of them build something: {builds} builds, {missing} with something missing;"
    )
    print(f"{lost} files whose text says another number of builds.")
    return 1 if missing or lost else 0


def code(path: Path) -> list[str]:
    """The lines that are no comments."""
    return [line for line in path.read_text("utf-8", "replace").splitlines() if not line.lstrip().startswith("#")]


def described(build: BuildInvocation, folder: Path) -> str:
    """A build in a line."""
    words = [f"line {build.line} {build.name}:", shown(build.dockerfile, folder) if build.dockerfile else "(inline)"]
    words.append(f"in {shown(build.context, folder) if build.context else 'another place'}")
    if build.target:
        words.append(f"target {build.target}")
    words += [f"{key}={value!r}" for key, value in build.args.items()]
    words += [f"{key} is {value}" for key, value in build.contexts.items()]
    return " ".join(words)


def shown(path: str, folder: Path) -> str:
    return os.path.relpath(path, folder)


def shortcomings(build: BuildInvocation, folder: Path) -> list[str]:
    """What of a build is not there, or does not lead back to it."""
    gaps: list[str] = []
    if build.context is not None and not os.path.isdir(build.context):
        gaps.append("context")
    if build.dockerfile and not os.path.isfile(build.dockerfile):
        gaps.append("Dockerfile")
    elif build.dockerfile:
        # As it is asked when the Dockerfile is linted: the project is the folder that was named.
        project = str(folder / Path(build.file).relative_to(folder).parts[0])
        again = BuildFinder().of(build.dockerfile, [project])
        if (build.name, build.context) not in [(each.name, each.context) for each in again]:
            gaps.append("way back")
    return gaps


if __name__ == "__main__":
    sys.exit(main())
