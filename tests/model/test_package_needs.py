"""The tables of what packages need, of the libraries behind -dev packages, and of full images."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dockerfile_dlint.model.packages import package_needs
from dockerfile_dlint.model.packages.package_needs import UNKNOWN_NEED, in_full_images, known_needs
from dockerfile_dlint.model.packages.runtime_libraries import runtime_libraries_for

RELEASES = ("bullseye", "bookworm", "trixie")
LINES = [
    line.split("\t")
    for line in (Path(package_needs.__file__).parents[1] / "data" / "package-needs.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
PHP = """default-libmysqlclient-dev firebird-dev freetds-dev libavif-dev libbz2-dev libc-client-dev libcurl4-openssl-dev
    libedit-dev libenchant-2-dev libffi-dev libfreetype6-dev libgmp-dev libicu-dev libjpeg-dev libjpeg62-turbo-dev
    libkrb5-dev libldap2-dev libldap-dev liblmdb-dev libmagickwand-dev libmemcached-dev libonig-dev libpng-dev libpq-dev
    libpspell-dev libqdbm-dev librabbitmq-dev libreadline-dev libsnmp-dev libsodium-dev libsqlite3-dev libssh2-1-dev
    libssl-dev libtidy-dev libwebp-dev libxml2-dev libxpm-dev libxslt-dev libxslt1-dev libyaml-dev libzip-dev
    libzstd-dev unixodbc-dev uuid-dev zlib1g-dev""".split()
"""The -dev packages that the extensions of PHP and usual ones of PECL are compiled with."""


def test_each_line_has_a_source_and_is_unique() -> None:
    assert all(len(line) == 5 and line[4] for line in LINES)
    names = [(line[0], line[1]) for line in LINES]
    assert len(set(names)) == len(names) >= 150
    assert {ecosystem for ecosystem, _ in names} == {"python", "node", "ruby", "go"}
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for ecosystem, name in names if ecosystem == "python")


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line[0]}-{line[1]}")
def test_the_libraries_of_each_need_are_known(line: list[str]) -> None:
    needs = known_needs(line[0], line[1])
    assert needs is not None
    assert UNKNOWN_NEED not in needs.at_run_time or needs.at_run_time == (UNKNOWN_NEED,)
    for need in (*needs.at_run_time, *needs.when_compiled):
        if need.endswith("-dev"):
            assert any(runtime_libraries_for(need, release) for release in RELEASES)


@pytest.mark.parametrize("package", PHP)
def test_the_libraries_of_php_extensions_are_known(package: str) -> None:
    found = {release: runtime_libraries_for(package, release) for release in RELEASES}
    if package == "libc-client-dev":
        assert found.pop("trixie") is None  # IMAP is no longer part of PHP 8.4, and its library of Debian
    assert all(found.values())


@pytest.mark.parametrize(
    ("package", "libraries"),
    [
        ("libzip-dev", ("libzip4", "libzip4", "libzip5")),
        ("libxslt-dev", ("libxslt1.1", "libxslt1.1", "libxslt1.1")),
        ("libfreetype6-dev", ("libfreetype6", "libfreetype6", "libfreetype6")),
        ("libonig-dev", ("libonig5", "libonig5", "libonig5")),
        ("tk-dev", ("libtk8.6", "libtk8.6", "libtk8.6")),
        ("libkrb5-dev", ("libgssapi-krb5-2", "libgssapi-krb5-2", "libgssapi-krb5-2")),
        ("libmagic-dev", ("libmagic1", "libmagic1", "libmagic1t64")),
    ],
)
def test_libraries_by_release(package: str, libraries: tuple[str, str, str]) -> None:
    for release, library in zip(RELEASES, libraries, strict=True):
        assert library in (runtime_libraries_for(package, release) or ())


def test_full_images() -> None:
    assert all(in_full_images(name, "bookworm") for name in ("git", "imagemagick", "libpq5", "libmagic1", "libtk8.6"))
    assert not any(in_full_images(name, None) for name in ("ffmpeg", "poppler-utils", "libgl1", "libc6", "bash"))
    assert in_full_images("libmagic1t64", "trixie")
    assert not in_full_images("libmagic1t64", "bookworm")
    assert in_full_images("libmagic1t64", None)
