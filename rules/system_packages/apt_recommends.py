"""DL3015."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE
from ...model.layers import has_step
from ...syntax.tree import Run
from ..base import INFO, LOW, SHIPPED, Bad, Finding, Good, rule
from ..options import pedantic
from ..packages.earlier_settings import is_configured
from ..packages.fixes import add_flag_to_all
from ..packages.package_findings import CallPrefix, in_shipped_image, is_dry_run, unseen_by_hadolint
from ..text import join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction


@rule(
    "DL3015",
    level=INFO,
    since="0.1",
    aliases=("trivy:DS-0029",),
    fix=UNSAFE,
    prefilter=("apt",),
    scope=SHIPPED,
    subject=("recommends?", "recommended"),
)
def apt_recommends(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get install` without `--no-install-recommends` also installs recommended packages.

    ## Why
    Recommended packages are rarely needed in an image; they add size and attack surface.

    ## What to do
    Add `--no-install-recommends` and list the recommended packages that the program needs, often `ca-certificates`. To
    keep all of them, use `--install-recommends`.

    ## Fix safety
    Unsafe: a later step or the program in the image may need a package that is only recommended.

    ## Exceptions
    - Stages that are not part of the final image; hadolint reports them.
    - Calls that only install packages with few recommended ones, such as curl and nodejs, or packages that the base
      image has; hadolint reports them.
    - Confidence is low for packages of little use without the recommended ones, such as libvulkan1 and desktops.
    - Dry runs (`-s`), and stages that configure `APT::Install-Recommends`.
    """
    if not in_shipped_image(build, run) and not pedantic(build):
        return
    calls = [call for call in build.package_calls(run) if call.manager.name == "apt" and call.verb == "install"]
    calls = [call for call in calls if _has_recommends(call) and not unseen_by_hadolint(build, call)]
    calls = [call for call in calls if not call.uncertain]
    if not calls or is_configured(build, run, "::install-recommends", "apt.conf"):
        return
    if pedantic(build):
        yield from (_finding(build, run, [call]) for call in calls)
        return
    stage = build.stage_of(run)
    known = _WITHOUT_MANY | _IN_FULL_IMAGES if stage is not None and _is_full_image(stage) else _WITHOUT_MANY
    calls = [call for call in calls if any(package.name not in known for package in call.packages)]
    if calls:
        needed = any(package.name in _NEEDED_WITH for call in calls for package in call.packages)
        yield _finding(build, run, calls, LOW if needed else "")


def _is_full_image(stage: Stage) -> bool:
    """Whether the stage is based on an official image that has a compiler, git and headers."""
    ref, facts = stage.root.base_ref, stage.base_facts
    full = ref is not None and ref.name in _FULL_IMAGES and "slim" not in (ref.tag or "")
    return full and facts is not None and facts.family in ("debian", "ubuntu")


def _finding(build: Build, run: Run, calls: list[PackageCall], confidence: str = "") -> Finding:
    """The finding for the first call; the others are related to it."""
    call, head = calls[0], CallPrefix(calls[0])
    flag = call.manager.flags.no_recommends[1 if call.program == "aptitude" else 0]
    lost = _certificates_note(build, run, calls) or _compilers_note(calls)
    return Finding(
        f"`{head.text}` also installs recommended packages; add `{flag}`{lost}",
        head,
        related=[(CallPrefix(other), "this one too") for other in calls[1:]],
        fix=add_flag_to_all(build, run, calls, flag, UNSAFE) if len({each.program for each in calls}) == 1 else None,
        confidence=confidence,
    )


def _certificates_note(build: Build, run: Run, calls: list[PackageCall]) -> str:
    """An addition to the remedy for programs whose library only recommends the certificates that TLS needs."""
    names = {package.name for call in calls for package in call.packages}
    users = sorted(names & _USE_CERTIFICATES)
    stage = build.stage_of(run)
    if not users or stage is None or not _lacks_certificates(stage):
        return ""

    def installs(step: Instruction) -> bool:
        found = build.package_calls(step) if isinstance(step, Run) else ()
        return any(package.name == "ca-certificates" for call in found for package in call.packages)

    known = any(has_step(each, "installs ca-certificates", installs) for each in (stage, *stage.ancestors))
    return "" if known else f" and install `ca-certificates`, which `{users[0]}` needs for HTTPS"


def _compilers_note(calls: list[PackageCall]) -> str:
    """An addition to the remedy for python3-pip, which only recommends what pip needs to compile packages."""
    names = {package.name for call in calls for package in call.packages}
    lost = sorted({"build-essential", "python3-dev"} - names)
    if "python3-pip" not in names or not lost:
        return ""
    return f"; if pip has to compile packages, also install {join_quoted(lost)}, which `python3-pip` recommends"


def _lacks_certificates(stage: Stage) -> bool:
    """Whether the base image is one that is known to have no certificates: Debian, Ubuntu and the slim Node.js."""
    ref = stage.root.base_ref
    return ref is not None and (ref.name in ("debian", "ubuntu") or (ref.name == "node" and "slim" in (ref.tag or "")))


_USE_CERTIFICATES = frozenset(("curl", "git", "wget"))
"""Programs that use HTTPS and only recommend `ca-certificates`, curl through libcurl4 (Debian 12 and 13)."""
_WITHOUT_MANY = frozenset(
    ("apt-transport-https", "apt-utils", "bash", "bc", "binutils", "bzip2", "ca-certificates", "code", "curl",
     "default-mysql-client", "file", "fontconfig", "gawk", "gettext-base", "gh", "gosu", "gzip", "htop",
     "inotify-tools", "iputils-ping", "jq", "less", "libffi-dev", "libgomp1", "libonig-dev", "libpq-dev", "libpq5",
     "libsodium-dev", "libssl-dev", "libssl3", "libxml2", "libyaml-dev", "libzstd-dev", "locales", "lsb-release",
     "make", "mariadb-client", "mysql-client", "nano", "net-tools", "netbase", "netcat", "netcat-openbsd",
     "netcat-traditional", "ninja-build", "nodejs", "openssl", "patch", "pkg-config", "postgresql-client",
     "procps", "psmisc", "rsync", "sqlite3", "sudo", "tar", "tini", "tree", "tzdata", "unzip", "wget",
     "xz-utils", "yarn", "zip")
)  # fmt: skip
"""Packages that recommend, also through those that they need, less than 700 kB.

Source: the package index of Debian 12, 2026-11 (Recommends and Depends, first alternatives, Installed-Size).
"""
_IN_FULL_IMAGES = frozenset(
    ("g++", "gcc", "git", "gnupg", "libc6-dev", "libsqlite3-dev", "openssh-client", "zlib1g-dev")
)
"""Packages that are in official images for building, or need nothing that these lack."""
_FULL_IMAGES = frozenset(("buildpack-deps", "golang", "node", "python", "ruby", "rust"))
_NEEDED_WITH = frozenset(
    ("devscripts", "gnome", "kde-plasma-desktop", "libvulkan1", "lxde", "task-gnome-desktop", "tasksel",
     "ubuntu-desktop", "vulkan-tools", "wine", "xfce4", "xubuntu-desktop")
)  # fmt: skip
"""Packages of little use without what they recommend: drivers (libvulkan1: mesa-vulkan-drivers), fakeroot, programs."""


def _has_recommends(call: PackageCall) -> bool:
    """Whether the call installs recommended packages without asking for them, also those of a local file."""
    if call.skips_recommends() or call.has("--install-recommends") or is_dry_run(call):
        return False
    return bool(call.packages)


EXAMPLES = (
    Bad("RUN «apt-get install» -y git", fixed="RUN apt-get install --no-install-recommends -y git"),
    Good("RUN apt-get install --no-install-recommends -y git"),
    Bad("RUN «aptitude install» -y git", fixed="RUN aptitude install --without-recommends -y git"),
    Bad("RUN «apt-get -y install» git"),
    Good("RUN apt-get -o APT::Install-Recommends=false install -y git"),
    Bad("RUN «apt-get install» -y ./tool.deb", why="a local file has recommended packages too"),
    Bad(
        "RUN «apt-get install» -y git make",
        message="add `--no-install-recommends` and install `ca-certificates`, which `git` needs for HTTPS",
    ),
    Bad(
        "FROM python:3.13-slim\nRUN «apt-get install» -y git",
        message="add `--no-install-recommends`",
        why="the base image has certificates",
    ),
    Bad(
        "RUN «apt-get install» -y python3 python3-pip",
        message="add `--no-install-recommends`; if pip has to compile packages, also install `build-essential` and "
        "`python3-dev`, which `python3-pip` recommends",
    ),
    Bad("RUN «apt-get install» -y python3-pip python3-dev", message="also install `build-essential`, which"),
    Good("RUN apt-get update"),
    Good("RUN apt-get install -y curl ca-certificates", why="they recommend next to nothing"),
    Good("FROM golang:1.25\nRUN apt-get install -y gcc libsqlite3-dev sqlite3", why="the base image has their needs"),
    Bad("RUN «apt-get install» -y gcc", why="recommends the headers of libc"),
    Bad("FROM python:3.13-slim\nRUN «apt-get install» -y gcc"),
    Bad("RUN «apt-get install» -y curl", options={"pedantic": True}),
    Bad("RUN «apt-get install» -y git && apt-get install -y nodejs && apt-get install -y vim", why="reported once"),
    Bad("RUN «apt-get install» -y git && «apt-get install» -y vim", options={"pedantic": True}),
    Good("FROM debian:12 AS build\nRUN apt-get install -y gcc\nFROM debian:12-slim\nCOPY --from=build /a /a"),
    Good("RUN apt-get install -y --install-recommends wine", why="installed on purpose"),
    Good("RUN apt-get install -s git", why="a dry run"),
    Good("RUN echo 'APT::Install-Recommends 0;' > /etc/apt/apt.conf.d/90-x\nRUN apt-get install -y git"),
    Good("COPY apt.conf /etc/apt/apt.conf.d/90-own\nRUN apt-get install -y git", why="its content is unknown"),
    Good('ENV P="--no-install-recommends -y"\nRUN apt-get $P install git', why="the value of the variable"),
)
