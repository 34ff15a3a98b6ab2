"""PKG004."""

from __future__ import annotations

from ...fixers.edits.argument_lists import is_one_per_line, list_items, sort_items, write_list
from ...fixers.edits.edit import SAFE, Fix
from ..base import HANDWRITTEN, STYLE, Bad, Finding, Good, rule
from .package_findings import PackageSpan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...model.packages.specs import Package
    from ...syntax.command import Word
    from ...syntax.tree import Run

_MANAGERS = frozenset(("apt", "apk", "dnf", "microdnf", "yum", "tdnf", "zypper"))
_MAX_ON_ONE_LINE = 3


@rule("PKG004", level=STYLE, since="0.1", default=False, fix=SAFE, formerly=("package-list",), scope=HANDWRITTEN)
def unsorted_packages(run: Run, build: Build) -> Iterator[Finding]:
    """A list of packages is not sorted with one package per line.

    ## Why
    One sorted package per line makes changes easy to review, shows duplicates, and avoids merge conflicts.

    ## What to do
    Put one package per line, in alphabetical order:

        RUN apt-get update && apt-get install -y \\
            curl \\
            git

    ## Fix safety
    Safe: system package managers resolve all packages together, regardless of order.

    ## Exceptions
    - Up to three packages on one line.
    - Lists that contain variables, files or options.
    - A package after a comment keeps its place, and no package moves across it: the comment may apply to that package
      or to all that follow.
    """
    for call in build.package_calls(run):
        packages = _sortable(call)
        if not packages:
            continue
        rows = list_items(build, call.command, [package.word for package in packages])
        if rows is None:
            continue
        single = is_one_per_line(build, rows)
        broken = "\n" in build.dockerfile.source.text[rows[0].word.start : rows[-1].word.start]
        if not (single or broken) and len(rows) <= _MAX_ON_ONE_LINE:
            continue
        key = _by_name(packages)
        if single and sort_items(rows, key) == rows:
            continue
        what = "sorted" if single else "one per line" if sort_items(rows, key) == rows else "one per line and sorted"
        change = write_list(build, run, call.command, rows, key)
        fix = Fix("Put one package per line, sorted", SAFE, *change) if change else None
        yield Finding(
            f"the {len(rows)} packages of this install are not {what}; list one per line in alphabetical order",
            PackageSpan(packages),
            fix=fix,
        )


def _by_name(packages: Sequence[Package]) -> Callable[[Word], tuple[str, ...]]:
    names = {id(package.word): package.name for package in packages}
    return lambda word: (names[id(word)].lower(), word.text)


def _sortable(call: PackageCall) -> list[Package]:
    """The packages of a call if it is an install of two or more plain names that end the command; otherwise empty."""
    packages = list(call.packages)
    if call.verb != "install" or call.manager.name not in _MANAGERS or len(packages) < 2:
        return []
    if any(package.kind != "name" or package.word.dynamic for package in packages):
        return []
    return packages if call.command.words[-1] is packages[-1].word and _are_separate(call, packages) else []


def _are_separate(call: PackageCall, packages: Sequence[Package]) -> bool:
    """Whether each package is a separate argument."""
    return len({id(package.word) for package in packages}) == len(packages) == len(call.operands)


EXAMPLES = (
    Bad(
        "RUN apt-get install -y «git curl make gcc» && a",
        message="not one per line and sorted",
        fixed="RUN apt-get install -y \\\n    curl \\\n    gcc \\\n    git \\\n    make \\\n    && a",
    ),
    Good("RUN apt-get install -y git curl make", why="up to three packages on one line"),
    Bad(
        "RUN apt-get install -y \\\n      «git \\\n      curl=7.* \\\n      curl-dev» \\\n && a",
        message="are not sorted",
        fixed="RUN apt-get install -y \\\n      curl=7.* \\\n      curl-dev \\\n      git \\\n && a",
    ),
    Bad(
        "RUN apt-get install -y «b a \\\n  # for x\n  z \\\n  y d» && \\\n  a",
        fixed="RUN apt-get install -y \\\n  a \\\n  b \\\n  # for x\n  z \\\n  d \\\n  y && \\\n  a",
    ),
    Bad(
        "FROM alpine:3.20\nRUN apk add --no-cache «a b \\\n\tc»\n",
        message="not one per line",
        fixed="FROM alpine:3.20\nRUN apk add --no-cache \\\n\ta \\\n\tb \\\n\tc\n",
    ),
    Good("RUN apt-get install -y \\\n    curl \\\n    git"),
    Good("RUN apt-get install -y \\\n    git \\\n    $MORE", why="a variable"),
    Good("RUN apt-get install git make curl gcc -y", why="an option after the packages"),
    Good("FROM python:3.12-slim\nRUN pip install \\\n    b \\\n    a", why="the order may matter"),
)
