"""DL3028."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import unpinned_findings, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3028", level=WARNING, since="0.1", prefilter=("gem",), scope=SHIPPED, subject=VERSION_WORDS)
def gem_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`gem install` installs a gem without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days.

    ## What to do
    Use `gem install name:version` or `gem install name -v version`, or install from a Gemfile.lock.
    """
    yield from unpinned_findings(build, unpinned_packages(build, run, "gem"), "{}:<version>")


EXAMPLES = (
    Bad("FROM ruby:3.3-slim\nRUN gem install «rails»"),
    Good("FROM ruby:3.3-slim\nRUN gem install rails:7.1.3"),
    Bad("FROM ruby:3.3-slim\nRUN gem install --no-document «rails»"),
    Good("FROM ruby:3.3-slim\nRUN gem install rails -v 7.1.3"),
)
