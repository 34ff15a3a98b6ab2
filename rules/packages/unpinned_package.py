"""PKG001."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from .package_findings import unpinned_findings, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("PKG001", level=WARNING, since="0.1", default=False, scope=SHIPPED, subject=VERSION_WORDS)
def unpinned_package(run: Run, build: Build) -> Iterator[Finding]:
    """`cargo`, `conda`, `composer`, `dotnet` or `bundle` installs a package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days.

    ## What to do
    Pin the version: `cargo install name@1.2.3`, `conda install name=1.2`, `composer require name:^1.2`, `dotnet tool
    install name --version 1.2.3` or `bundle add name --version 1.2`.
    """
    for manager in ("cargo", "conda", "composer", "dotnet", "bundle"):
        yield from unpinned_findings(build, unpinned_packages(build, run, manager))


EXAMPLES = (
    Bad("FROM rust:1.80\nRUN cargo install «ripgrep»"),
    Good("FROM rust:1.80\nRUN cargo install --locked ripgrep@14.1.0"),
    Bad("FROM condaforge/miniforge3:24.3.0-0\nRUN conda install -y «numpy» pandas=2.2"),
    Bad("FROM composer:2\nRUN composer require «monolog/monolog»"),
    Good("FROM rust:1.80\nRUN cargo install --path .", why="the project itself"),
    Good("FROM composer:2\nRUN composer install"),
)
