"""DL3042."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..options import if_minor, pedantic
from ..packages.earlier_settings import is_configured, pip_lacks_cache, pip_may_lack_cache
from ..packages.fixes import add_flag_to_all
from ..packages.package_findings import CallPrefix, calls_leaving_cache, is_dry_run, late_cleanup_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Run


@rule(
    "DL3042",
    level=WARNING,
    since="0.1",
    fix=SAFE,
    prefilter=("pip",),
    scope=SHIPPED,
    subject=("cache", "caching"),
)
def pip_cache(run: Run, build: Build) -> Iterator[Finding]:
    """`pip install` leaves its download cache in the layer.

    ## Why
    The cache is a second copy of every wheel and is never read in the image.

    ## What to do
    Use `pip install --no-cache-dir` or `ENV PIP_NO_CACHE_DIR=1`. To keep the cache for the next build, use `RUN
    --mount=type=cache,target=/root/.cache/pip`.

    ## Fix safety
    Safe: the same packages are installed. Unsafe if pip comes from the system packages of an unknown release: pip
    before 6.0 does not have the option.

    ## Exceptions
    - Stages that are not part of the final image, and stages with a pip.conf.
    - pip before 6.0 (Debian 8, Ubuntu 14.04 and older), which has no cache.

    ## Options
    - `pedantic`: also report stages that are not part of the final image.
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
            confidence=if_minor(build) if _has_unknown_base(build, run) or _installs_local_wheels(call) else "",
        )


def _has_unknown_base(build: Build, run: Run) -> bool:
    """Whether the base image is only known when the image is built; it may disable the cache."""
    stage = build.stage_of(run)
    return stage is not None and (stage.root.image is None or "$" in stage.root.image)


def _installs_local_wheels(call: PackageCall) -> bool:
    """Whether the call installs all wheels of a directory, where `pip wheel` has put the dependencies too."""
    names = [package.word.value for package in call.packages]
    return bool(names) and not call.requirements and all(n.endswith("*.whl") and "://" not in n for n in names)


def _leaving(build: Build, run: Run) -> list[PackageCall]:
    """All calls in the RUN that leave a cache."""
    env = build.state(run).vars
    calls = [call for call in build.package_calls(run) if call.manager.name == "pip" and call.leaves_cache(env)]
    return [call for call in calls if not (call.uncertain or is_dry_run(call))]


_CONFIGURATION = ("pip.conf", "pip config", "pip3 config", "pip.ini")

EXAMPLES = (
    Bad(
        "FROM python:3.12-slim\nRUN «python3 -m pip install» flask==3.0.0",
        fixed="FROM python:3.12-slim\nRUN python3 -m pip install --no-cache-dir flask==3.0.0",
    ),
    Good("FROM python:3.12-slim\nRUN pip install --no-cache-dir -r requirements.txt"),
    Bad(
        "FROM python:3.12-slim\nRUN «pip install» -U pip && pip install -r a.txt",
        fixed="FROM python:3.12-slim\nRUN pip install --no-cache-dir -U pip && pip install --no-cache-dir -r a.txt",
    ),
    Bad(
        'FROM python:3.12-slim\nRUN ["«pip","install»","-r","a.txt"]',
        fixed='FROM python:3.12-slim\nRUN ["pip","install","--no-cache-dir","-r","a.txt"]',
    ),
    Bad("FROM python:3.12-slim\nRUN «pip install» /wheels/*.whl", why="with low confidence: nothing is downloaded"),
    Good("FROM python:3.12-slim\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask"),
    Good("FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache pip install flask"),
    Good("FROM python:3.12-slim\nRUN pip install flask && rm -rf /root/.cache/pip"),
    Good(
        "FROM python:3.12\nUSER 1000\nRUN pip install flask && rm -rf /home/app/.cache",
        why="the home directory is unknown",
    ),
    Bad("ARG BASE\nFROM $BASE\nRUN «pip install» flask", why="with low confidence, as the base image is unknown"),
    Good("FROM python:3.12\nARG PIP_NO_CACHE_DIR\nRUN pip install flask", why="the build may set it"),
    Good("FROM python:3.12\nRUN pip config set global.no-cache-dir true\nRUN pip install flask"),
    Good("FROM python:3.12\nCOPY pip.conf /etc/\nRUN pip install flask", why="its content is unknown"),
    Good("FROM ubuntu:14.04\nRUN apt-get install -y python-pip\nRUN pip install flask==1", why="pip 1.5 has no cache"),
    Bad("FROM ubuntu:14.04\nRUN apt-get install -y python-pip && pip install -U pip\nRUN «pip install» flask==1"),
    Good(
        "FROM debian:8\nRUN apt-get install -y python-pip python3-pip && pip install -U pip\nRUN pip3 install a==1",
        why="only pip was upgraded, not pip3",
    ),
    Good("FROM python:3.12\nARG P=--no-cache-dir\nRUN pip install $P flask==3", why="the value of the variable"),
)
