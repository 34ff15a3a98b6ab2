"""DL3028."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3028", level=WARNING, since="0.1", prefilter=("gem",))
def gem_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`gem install` takes whatever version the index holds today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Write `gem install name:version` or `gem install name -v version`, or use a Gemfile.lock.
    """
    for packages in unpinned_packages(build, run, "gem"):
        words = quoted_packages(packages)
        yield Finding(f"{words}: the version is left open; write `gem install name:version`", PackageSpan(packages))


EXAMPLES = (
    Bad("FROM ruby:3.3-slim\nRUN gem install «rails»"),
    Bad("FROM ruby:3.3-slim\nRUN gem install --no-document «rails»"),
    Good("FROM ruby:3.3-slim\nRUN gem install rails:7.1.3"),
    Good("FROM ruby:3.3-slim\nRUN gem install rails -v 7.1.3"),
)
