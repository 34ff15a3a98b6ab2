"""PKG001."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .common import PackageSpan, quoted_packages, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("PKG001", level=WARNING, since="0.1", default=False)
def unpinned_package(run: Run, build: Build) -> Iterator[Finding]:
    """A package manager that hadolint does not know takes whatever version is newest today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Give the version: `cargo install name@1.2.3`, `conda install name=1.2`, `composer require name:^1.2`,
    `dotnet tool install name --version 1.2.3`, `bundle add name --version 1.2`.
    """
    for packages in unpinned_packages(build, run, "cargo", "conda", "composer", "dotnet", "bundle"):
        yield Finding(f"{quoted_packages(packages)}: the version is left open", PackageSpan(packages))


EXAMPLES = (
    Bad("FROM rust:1.80\nRUN cargo install «ripgrep»"),
    Bad("FROM condaforge/miniforge3:24.3.0-0\nRUN conda install -y «numpy» pandas=2.2"),
    Bad("FROM composer:2\nRUN composer require «monolog/monolog»"),
    Good("FROM rust:1.80\nRUN cargo install --locked ripgrep@14.1.0"),
    Good("FROM rust:1.80\nRUN cargo install --path .", why="the project itself"),
    Good("FROM composer:2\nRUN composer install"),
)
