"""PKG004."""

from __future__ import annotations

from ...fixers.edits.argument_lists import is_one_per_line, list_items, sort_items, write_list
from ...fixers.edits.edit import SAFE, Fix
from ..base import STYLE, Bad, Finding, Good, rule
from .common import PackageSpan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...model.packages.specs import Package
    from ...syntax.command import Word
    from ...syntax.tree import Run

_MANAGERS = frozenset(("apt", "apk", "dnf", "microdnf", "yum", "tdnf", "zypper"))
_MOST_ON_A_LINE = 3


@rule("PKG004", level=STYLE, since="0.1", default=False, fix=SAFE, formerly=("package-list",))
def unsorted_packages(run: Run, build: Build) -> Iterator[Finding]:
    """A list of packages is not one a line and in order.

    ## Why
    A change then shows as the one line that it is, a package that is named twice is seen, and two people who each add
    one do not meet on the same line.

    ## What to do
    One package a line, in the order of the alphabet:

        RUN apt-get update && apt-get install -y \\
            curl \\
            git

    ## What is left alone
    Up to three packages on one line. Lists with variables, files or flags between them. A package below a comment keeps
    its place, and no other passes it: the comment may speak of it alone, or of all that follow.

    ## Fix safety
    Safe: the managers of distributions look for all packages at once, in whatever order they are named.
    """
    for call in build.package_calls(run):
        packages = _list(call)
        if not packages:
            continue
        rows = list_items(build, call.command, [package.word for package in packages])
        if rows is None:
            continue
        single = is_one_per_line(build, rows)
        broken = "\n" in build.dockerfile.source.text[rows[0].word.start : rows[-1].word.start]
        if not (single or broken) and len(rows) <= _MOST_ON_A_LINE:
            continue
        key = _by_name(packages)
        if single and sort_items(rows, key) == rows:
            continue
        what = "in order" if single else "one a line" if sort_items(rows, key) == rows else "one a line and in order"
        change = write_list(build, run, call.command, rows, key)
        fix = Fix("Write one package a line, in order", SAFE, *change) if change else None
        yield Finding(f"the {len(rows)} packages of this install are not {what}", PackageSpan(packages), fix=fix)


def _by_name(packages: Sequence[Package]) -> Callable[[Word], tuple[str, ...]]:
    names = {id(package.word): package.name for package in packages}
    return lambda word: (names[id(word)].lower(), word.text)


def _list(call: PackageCall) -> list[Package]:
    """The packages of an install that are plain names with nothing behind them, at least two; else none."""
    packages = list(call.packages)
    if call.verb != "install" or call.manager.name not in _MANAGERS or len(packages) < 2:
        return []
    if any(package.kind != "name" or package.word.dynamic for package in packages):
        return []
    return packages if call.command.words[-1] is packages[-1].word and _are_words(call, packages) else []


def _are_words(call: PackageCall, packages: Sequence[Package]) -> bool:
    """Whether each package is a word of its own."""
    return len({id(package.word) for package in packages}) == len(packages) == len(call.operands)


EXAMPLES = (
    Bad(
        "RUN apt-get install -y «git curl make gcc» && a",
        message="not one a line and in order",
        fixed="RUN apt-get install -y \\\n    curl \\\n    gcc \\\n    git \\\n    make \\\n    && a",
    ),
    Bad(
        "RUN apt-get install -y \\\n      «git \\\n      curl=7.* \\\n      curl-dev» \\\n && a",
        message="are not in order",
        fixed="RUN apt-get install -y \\\n      curl=7.* \\\n      curl-dev \\\n      git \\\n && a",
    ),
    Bad(
        "RUN apt-get install -y «b a \\\n  # for x\n  z \\\n  y d» && \\\n  a",
        fixed="RUN apt-get install -y \\\n  a \\\n  b \\\n  # for x\n  z \\\n  d \\\n  y && \\\n  a",
    ),
    Bad(
        "FROM alpine:3.20\nRUN apk add --no-cache «a b \\\n\tc»\n",
        message="not one a line",
        fixed="FROM alpine:3.20\nRUN apk add --no-cache \\\n\ta \\\n\tb \\\n\tc\n",
    ),
    Good("RUN apt-get install -y git curl make", why="three on a line"),
    Good("RUN apt-get install -y \\\n    curl \\\n    git"),
    Good("RUN apt-get install -y \\\n    git \\\n    $MORE", why="a variable"),
    Good("RUN apt-get install git make curl gcc -y", why="a flag behind them"),
    Good("FROM python:3.12-slim\nRUN pip install \\\n    b \\\n    a", why="the order may count"),
)
