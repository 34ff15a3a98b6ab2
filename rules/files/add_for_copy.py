"""DL3020."""

from __future__ import annotations

import posixpath

from ...fixers.edits.edit import SAFE, UNSAFE, Edit, Fix
from ...model.layers import is_remote_source
from ...syntax.source import Span
from ...syntax.swallowed import has_foreign_words
from ..base import HANDWRITTEN, WARNING, Bad, Finding, Good, rule
from ..text import join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.context import Context
    from ...syntax.tree import Add

_ARCHIVES = (
    ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".tb2", ".xz", ".txz", ".zst", ".tzst", ".z", ".tz", ".lz", ".tlz",
    ".lzma", ".gem", ".apk", ".crate",
)  # fmt: skip
"""Extensions of files that ADD may extract; BuildKit checks the content."""


_NOT_EXTRACTED = frozenset(
    """
    .sh .bash .py .rb .js .mjs .cjs .ts .tsx .jsx .json .yml .yaml .toml .ini .cfg .conf .cnf .config .properties
    .env .xml .html .css .scss .md .txt .rst .lock .mod .sum .go .rs .java .kt .scala .c .h .cpp .cs .csproj .fsproj
    .sln .php .pl .sql .jar .war .ear .zip .whl .egg .rpm .deb .so .dll .exe .repo .list .gpg .asc .key .pem .crt
    .cer .service .gradle .template .tmpl .j2 .erb .png .jpg .svg .ico .csv .tsv .r .lua .vim .supervisor
    """.split()
)
"""Extensions of files that ADD does not extract."""
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
"""First bytes of gzip, bzip2, xz and Zstandard files."""


@rule(
    "DL3020",
    level=WARNING,
    since="0.1",
    aliases=("trivy:DS-0005", "checkov:CKV_DOCKER_4", "cis:4.9"),
    fix=SAFE,
    scope=HANDWRITTEN,
)
def add_for_copy(add: Add, build: Build) -> Iterator[Finding]:
    """ADD is used where COPY does the same.

    ## Why
    ADD also downloads URLs and extracts archives, so its effect depends on the source: a file that happens to be an
    archive is extracted. COPY only copies.

    ## Fix safety
    Safe if no source can be an archive: a directory, a file whose extension is not that of an archive, or a file of the
    build context that dlint has checked. Unsafe otherwise, because ADD extracts archives regardless of their name.

    ## Exceptions
    - Sources that only ADD supports: URLs, repositories, `--checksum` and archives.
    - Sources whose value is only known at build time.
    """
    if any(flag.name in ("checksum", "keep-git-dir", "unpack") for flag in add.flags) or not add.sources:
        return
    if has_foreign_words(build.dockerfile, add):
        return
    values = ["" if word.text.startswith("<<") else build.value(add, word) for word in add.sources]
    if not any(value is None or _needs_add(value) for value in values):
        shown = join_quoted([word.text for word in add.sources])
        where = Span(add.keyword_end - len(add.keyword), add.keyword_end)
        keyword = "copy" if add.keyword.islower() else "COPY"
        safety = SAFE if all(_is_not_archive(build, value or "") for value in values) else UNSAFE
        fix = Fix(f"Use `{keyword}`", safety, [Edit(where.start, where.end, keyword)], declare_edits=True)
        yield Finding(f"ADD's download and extraction are not needed for {shown}; use COPY", where, fix=fix)


def _needs_add(source: str) -> bool:
    """Whether the source is remote, or an archive by its name."""
    if is_remote_source(source) or source.startswith("github.com/") or source.endswith(".git"):
        return True
    name = posixpath.basename(source.rstrip("/")).lower()
    return name.endswith(_ARCHIVES) or ".tar." in name


def _is_not_archive(build: Build, source: str) -> bool:
    """Whether a source is a directory, a heredoc, or a file that is known not to be an archive."""
    if source in ("", ".", "/", "*.*") or source.endswith("/"):
        return source != "*.*"
    context = build.context
    if context is not None:
        paths = context.match(source)
        return bool(paths) and not any(_is_archive(context, path) for path in paths)
    return posixpath.splitext(source)[1].lower() in _NOT_EXTRACTED


def _is_archive(context: Context, path: str) -> bool:
    """Whether a file is an archive or compressed; True if it cannot be read."""
    if context.is_directory(path):
        return False
    data = context.read(path)
    if data is None:
        return True
    from io import BytesIO
    from tarfile import is_tarfile

    return data.startswith(_COMPRESSED) or is_tarfile(BytesIO(data))


EXAMPLES = (
    Bad("«ADD» a.sh /b", fixed="COPY a.sh /b"),
    Good("COPY a /b"),
    Bad("«ADD» a /b", fixed="COPY a /b", why="an unsafe fix: the file may be an archive"),
    Bad("«ADD» a /b", files={"a": "text"}, fixed="COPY a /b"),
    Bad("«ADD» . /app", fixed="COPY . /app"),
    Bad("«ADD» --chown=app a.zip b /c/", why="zip files are not extracted"),
    Bad("ARG JAR=target/app.jar\n«ADD» ${JAR} app.jar", why="the default of the ARG"),
    Bad('«ADD» ["a", "/b"]'),
    Bad("«ADD» <<EOF /a\nb\nEOF"),
    Good("ADD app.tar.gz /opt/"),
    Good("ADD a b.tar.zst /opt/", why="one of them is extracted"),
    Good("ADD https://example.com/a /a"),
    Good("ADD git@example.com:a/b.git /a"),
    Good("ARG FILE\nADD $FILE /a", why="set by the build"),
)
