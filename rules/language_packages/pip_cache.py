"""DL3042."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE
from ...model.options import pedantic
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import CallPrefix, calls_leaving_cache, is_dry_run, late_cleanup_note
from ..packages.fixes import add_flag_to_all
from ..packages.settings import is_configured, pip_lacks_cache, pip_may_lack_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Run


@rule("DL3042", level=WARNING, since="0.1", fix=SAFE, prefilter=("pip",))
def pip_cache(run: Run, build: Build) -> Iterator[Finding]:
    """`pip install` leaves its download cache in the layer.

    ## Why
    The cache holds every wheel a second time and is never read again in the image.

    ## What to do
    `pip install --no-cache-dir`, `ENV PIP_NO_CACHE_DIR=1`, or a mount that keeps the cache for the next build:
    `RUN --mount=type=cache,target=/root/.cache/pip`.

    ## What is left alone
    Stages that are not shipped, stages with a pip.conf, and pip before 6.0 (Debian 8, Ubuntu 14.04 and older), which
    has neither cache nor `--no-cache-dir`.

    ## Fix safety
    Safe: the same packages come, only the copies in the cache do not stay. Unsafe where the
    release of the base image is not known and pip is its package: one from before 6.0 does not know the flag.
    """
    for call in calls_leaving_cache(build, run, "pip"):
        old = not pedantic(build) and pip_lacks_cache(build, run, call)
        if old or is_configured(build, run, "no-cache-dir", *_CONFIGURATION):
            continue
        head = CallPrefix(call)
        safety = UNSAFE if pip_may_lack_cache(build, run) else SAFE
        yield Finding(
            f"`{head.text}` leaves its download cache in this layer; add `--no-cache-dir`"
            + late_cleanup_note(build, run, call),
            head,
            fix=add_flag_to_all(build, run, _leaving(build, run), "--no-cache-dir", safety),
        )


def _leaving(build: Build, run: Run) -> list[PackageCall]:
    """All the calls in the RUN that leave a cache."""
    env = build.state(run).vars
    calls = [call for call in build.package_calls(run) if call.manager.name == "pip" and call.leaves_cache(env)]
    return [call for call in calls if not (call.uncertain or is_dry_run(call))]


_CONFIGURATION = ("pip.conf", "pip config", "pip3 config", "pip.ini")

EXAMPLES = (
    Bad(
        "FROM python:3.12-slim\nRUN «pip install» -U pip && pip install -r a.txt",
        fixed="FROM python:3.12-slim\nRUN pip install --no-cache-dir -U pip && pip install --no-cache-dir -r a.txt",
    ),
    Bad(
        "FROM python:3.12-slim\nRUN «python3 -m pip install» flask==3.0.0",
        fixed="FROM python:3.12-slim\nRUN python3 -m pip install --no-cache-dir flask==3.0.0",
    ),
    Bad(
        'FROM python:3.12-slim\nRUN ["«pip","install»","-r","a.txt"]',
        fixed='FROM python:3.12-slim\nRUN ["pip","install","--no-cache-dir","-r","a.txt"]',
    ),
    Good("FROM python:3.12-slim\nRUN pip install --no-cache-dir -r requirements.txt"),
    Good("FROM python:3.12-slim\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask"),
    Good("FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache pip install flask"),
    Good("FROM python:3.12-slim\nRUN pip install flask && rm -rf /root/.cache/pip"),
    Good("FROM python:3.12\nUSER 1000\nRUN pip install flask && rm -rf /home/app/.cache", why="the home of user 1000"),
    Good("FROM python:3.12\nARG PIP_NO_CACHE_DIR\nRUN pip install flask", why="the build may say it"),
    Good("FROM python:3.12\nRUN pip config set global.no-cache-dir true\nRUN pip install flask"),
    Good("FROM python:3.12\nCOPY pip.conf /etc/\nRUN pip install flask", why="what is in it cannot be told"),
    Good("FROM ubuntu:14.04\nRUN apt-get install -y python-pip\nRUN pip install flask==1", why="pip 1.5 has no cache"),
    Bad("FROM ubuntu:14.04\nRUN apt-get install -y python-pip && pip install -U pip\nRUN «pip install» flask==1"),
    Good(
        "FROM debian:8\nRUN apt-get install -y python-pip python3-pip && pip install -U pip\nRUN pip3 install a==1",
        why="pip3 is still the old one",
    ),
)
