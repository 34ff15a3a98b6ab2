"""OPT020."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import CallPrefix
from ..text import format_line_numbers
from .order import delayed_installs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from .sources import CopySource


@rule("OPT020", level=WARNING, since="0.1", onbuild=False)
def copy_before_install(stage: Stage, build: Build) -> Iterator[Finding]:
    """The source is copied before the dependencies are installed.

    ## Why
    A COPY runs again when any file changed, and everything behind it runs again too. So every edit of a source file
    fetches and installs all dependencies anew, although the manifest did not change.

    ## What to do
    Copy the manifest and the lock file first, install, then copy the rest:

        COPY requirements.txt .
        RUN pip install --no-cache-dir -r requirements.txt
        COPY . .

    Packages that are installed by name need no file at all: put their RUN above the COPY.

    ## What is left alone
    Installs of the project itself (`pip install .`), those that a step before the copy has done already, builds whose
    dependencies are kept in a cache mount, and RUNs that may read what was copied.
    """
    found: dict[CopySource, tuple[list[CopySource], list[tuple[PackageCall, str]]]] = {}
    for waits, call, advice in delayed_installs(stage, build):
        found.setdefault(waits[0], (waits, []))[1].append((call, advice))
    for waits, calls in found.values():
        yield _finding(build, waits, calls)


def _finding(build: Build, waits: Sequence[CopySource], calls: Sequence[tuple[PackageCall, str]]) -> Finding:
    places: dict[str, list[int]] = {}
    for call, _ in calls:
        places.setdefault(CallPrefix(call).text, []).append(build.dockerfile.source.line(CallPrefix(call).start))
    shown = [f"`{text}` on {format_line_numbers(numbers)}" for text, numbers in places.items()]
    where = " and ".join(shown if len(shown) < 3 else [shown[0], f"{len(shown) - 1} more installs"])
    advice = "; ".join(dict.fromkeys(advice for _, advice in calls if advice))
    if advice:
        why = f"so every changed source file installs all dependencies anew; {advice}"
    else:
        needs, runs = ("need", "run") if len(calls) > 1 else ("needs", "runs")
        why = f"which {needs} none of it and {runs} again after every changed source file; install first, then copy"
    others = waits[1:]
    stand = f"and {len(others)} more stand" if others else "stands"
    return Finding(
        f"`{waits[0].text}` {stand} before {where}, {why}",
        waits[0].argument,
        related=[
            *((copy.argument, "copied too early as well") for copy in others),
            *((CallPrefix(call), "runs again after every change of a source file") for call, _ in calls),
        ],
    )


EXAMPLES = (
    Bad(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY «.» .\nRUN pip install -r requirements.txt",
        message="until then copy only `requirements.txt`",
    ),
    Bad("FROM node:22-slim\nCOPY «.» /app\nRUN cd /app/web && npm ci", message="`web/package.json` and its lock file"),
    Bad(
        "COPY a.conf /etc/a\nRUN make\nCOPY «.» /app\nRUN apt-get update && apt-get install -y curl",
        message="install first, then copy",
    ),
    Bad("FROM maven:3\nWORKDIR /b\nCOPY pom.xml .\nCOPY «src» src\nRUN mvn package", message="dependency:go-offline"),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json .\nCOPY «src» ./src\nRUN npm install",
        message="after that",
    ),
    Bad(
        "FROM python:3.12-slim\nCOPY «.» .\n"
        "RUN --mount=type=bind,source=requirements.txt,target=/r.txt pip install -r /r.txt",
        why="the layer below the RUN changed all the same",
    ),
    Good("FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . ."),
    Good("FROM python:3.12-slim\nCOPY . .\nRUN pip install .", why="the project itself needs its source"),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package*.json .\nCOPY «public» .\nRUN npm ci",
        message="copy it after that",
    ),
    Good("COPY . /app\nRUN cp /app/x.list /etc/apt/sources.list.d/ && apt-get update\nRUN apt-get install -y x"),
    Good(
        "FROM node:22-slim\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm ci --omit=dev",
        why="installed before, from the manifest alone",
    ),
    Good(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt",
        files={"requirements.txt": "-e .\n", "setup.py": ""},
        why="the manifest names the project",
    ),
    Good("FROM debian:12 AS a\nCOPY . /app\nFROM a\nRUN apt-get install -y git", why="a stage made on top of another"),
    Good(
        "FROM mcr.microsoft.com/dotnet/sdk:9.0\nCOPY . .\nRUN --mount=type=cache,target=/root/.nuget dotnet publish",
        why="the packages are kept in the cache mount",
    ),
)
