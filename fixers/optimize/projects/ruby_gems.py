"""The system packages that gems load, or whose programs they start."""

from __future__ import annotations

import re

from ..base.copies import read_context_file
from ..base.programs import FULL_IMAGE_PROGRAMS, add_ca_certificates, require_no_compiler_at_start
from ..base.source_programs import ruby_programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ....model.context import Context
    from ..base.programs import ProgramUsage
    from ..base.rewrite import Preconditions

TESTING_GEMS = frozenset(("selenium-webdriver", "ferrum", "capybara-webkit"))
"""Gems for tests, which the image does not run."""
_PLATFORM = re.compile(r"^  x86_64-linux", re.MULTILINE)
"""The platform of the images in a Gemfile.lock."""


def listed_gems(context: Context, manifests: Iterable[str]) -> set[str]:
    """The gems of Gemfile and Gemfile.lock."""
    text = "\n".join(read_context_file(context, name) or "" for name in manifests)
    locked = re.findall(r"^ {4}([\w.-]+) \(", text, re.MULTILINE)
    return {*locked, *re.findall(r"""^\s*gem\s*\(?\s*["']([\w.-]+)["']""", text, re.MULTILINE)}


def lacks_platform(lock: str) -> bool:
    """Whether Bundler adds the platform of the images to a Gemfile.lock, whose text is `lock`."""
    return _PLATFORM.search(lock) is None


def ruby_program_packages(
    context: Context, manifests: Iterable[str], gems: Collection[str], uses: ProgramUsage, checks: Preconditions
) -> dict[str, str]:
    """Packages of programs that the image may start, and of data that gems read, each with what needs it.

    Raises RewriteRejected when it may start a compiler.
    """
    extra = dict(uses.packages())
    for program, name in ruby_programs(context, context.files()).items():
        if program in FULL_IMAGE_PROGRAMS:
            extra.setdefault(FULL_IMAGE_PROGRAMS[program], name)
    if any(re.search(r"^GIT$", read_context_file(context, name) or "", re.MULTILINE) for name in manifests):
        extra.setdefault("git", "bundle")
    if "tzinfo" in gems and "tzinfo-data" not in gems:
        extra.setdefault("tzdata", "tzinfo")
    require_no_compiler_at_start(extra, checks)
    return add_ca_certificates(extra)
