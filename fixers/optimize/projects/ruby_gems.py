"""The system packages that gems load, or whose programs they start."""

from __future__ import annotations

import posixpath
import re

from ..base.copies import read_context_file
from ..base.programs import FULL_IMAGE_PROGRAMS, add_ca_certificates, require_no_compiler_at_start
from ..base.runtime_needs import library_packages
from ..base.stage_facts import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ....model.context import Context
    from ..base.programs import ProgramUsage
    from ..base.rewrite import Preconditions

_NATIVE = {
    "charlock_holmes": "libicu-dev",
    "curb": "libcurl4-openssl-dev",
    "ethon": "libcurl4-openssl-dev",
    "hiredis-client": "",
    "idn-ruby": "libidn-dev",
    "libxml-ruby": "libxml2-dev",
    "mysql2": "default-libmysqlclient-dev",
    "pg": "libpq-dev",
    "rgeo": "libgeos-dev",
    "rmagick": "libmagickwand-dev",
    "ruby-filemagic": "libmagic-dev",
    "ruby-vips": "libvips-dev",
    "sequel_pg": "libpq-dev",
    "snappy": "libsnappy-dev",
    "sqlite3": "libsqlite3-dev",
    "tiny_tds": "freetds-dev",
    "zookeeper": "",
}
"""Gems that load system libraries, and the -dev packages of these. Source: their documentation."""
_UNKNOWN = frozenset(
    """capybara-webkit ferrum ffi-gdal gdal gobject-introspection grover gtk3 ruby-oci8 ruby-odbc selenium-webdriver
    wicked_pdf wkhtmltopdf-binary pdfkit""".split()
)
"""Gems whose run-time dependencies are not known here."""
_TESTING = frozenset(("selenium-webdriver", "ferrum", "capybara-webkit"))
"""Gems for tests, which the image does not run."""
_PROGRAMS = {"mini_magick": "imagemagick", "paperclip": "imagemagick", "kt-paperclip": "imagemagick", "git": "git"}
"""Gems that start programs of the full image, and the packages of these."""
_STARTED = re.compile(r"""(?:\b(?:system|exec|spawn|popen\w*|capture\w*)\s*[( ]\s*\[?\s*["']|`|%x[\[({])\s*([\w.-]+)""")


def listed_gems(context: Context, manifests: Iterable[str]) -> set[str]:
    """The gems of Gemfile and Gemfile.lock."""
    text = "\n".join(read_context_file(context, name) or "" for name in manifests)
    locked = re.findall(r"^ {4}([\w.-]+) \(", text, re.MULTILINE)
    return {*locked, *re.findall(r"""^\s*gem\s*\(?\s*["']([\w.-]+)["']""", text, re.MULTILINE)}


def gem_libraries(gems: Collection[str], release: str | None, checks: Preconditions) -> dict[str, str]:
    """The packages with the libraries that gems load, each with the gem. Raises RewriteRejected when unknown."""
    unknown = sorted(_UNKNOWN.intersection(gems) - _TESTING)
    checks.require(
        "the system libraries of the gems are known",
        not unknown,
        f"the run-time system dependencies of {quoted(unknown)} are unknown",
    )
    found: dict[str, str] = {}
    for name in sorted(_NATIVE.keys() & set(gems)):
        for header in _NATIVE[name].split():
            found.update(dict.fromkeys(library_packages(name, header, release), name))
    return found


def ruby_program_packages(
    context: Context, manifests: Iterable[str], gems: Collection[str], uses: ProgramUsage, checks: Preconditions
) -> dict[str, str]:
    """Packages of programs that the image may start, and of data that gems read, each with what needs it.

    Raises RewriteRejected when it may start a compiler.
    """
    extra = dict(uses.packages())
    for name in context.files():
        if name.endswith((".rb", ".rake", ".ru")) or posixpath.basename(name) in ("Rakefile", "Procfile"):
            for program in _STARTED.findall(read_context_file(context, name) or ""):
                if program in FULL_IMAGE_PROGRAMS:
                    extra.setdefault(FULL_IMAGE_PROGRAMS[program], program)
    for name in sorted(_PROGRAMS.keys() & set(gems)):
        extra.setdefault(_PROGRAMS[name], name)
    if any(re.search(r"^GIT$", read_context_file(context, name) or "", re.MULTILINE) for name in manifests):
        extra.setdefault("git", "bundle")
    if "tzinfo" in gems and "tzinfo-data" not in gems:
        extra.setdefault("tzdata", "tzinfo")
    require_no_compiler_at_start(extra, checks)
    return add_ca_certificates(extra)
