"""COR052."""

from __future__ import annotations

import posixpath

from ...fixers.edits.edit import UNSAFE
from ...fixers.edits.word_edits import flag_fix
from ...model.image_paths import commands_with_directories
from ...syntax.tree import CopyOrAdd, Run
from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from .lockfiles import lockfile_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

_VERBS = frozenset(("build", "b", "install"))
_LOCK = "Cargo.lock"
_CHANGES = ("cargo update", "cargo generate-lockfile", "cargo new", "cargo init", "cargo add", "cargo chef")
"""Commands after which the manifest or the lock file is not the one of the project."""


@rule(
    "COR052", level=INFO, since="0.1", confidence=MEDIUM, fix=UNSAFE, onbuild=False, prefilter=("cargo",), scope=SHIPPED
)
def cargo_locked(run: Run, build: Build) -> Iterator[Finding]:
    """`cargo build` or `cargo install --path` runs without `--locked`, although Cargo.lock is there.

    ## Why
    If Cargo.toml and Cargo.lock do not match, `cargo build` resolves other versions than those that were tested.
    `cargo install` ignores the lock file altogether.

    ## What to do
    Add `--locked`.

    ## Fix safety
    Unsafe: the build fails if the lock file is not up to date.

    ## Exceptions
    - No Cargo.lock is known to be in the directory or one above.
    - A stage that creates or changes a manifest, or mentions the lock file otherwise.
    """
    stage = build.stage_of(run)
    if stage is None:
        return
    before = stage.instructions[: build.index_of(run) + 1]
    copied = max(
        (i for i, each in enumerate(before) if isinstance(each, CopyOrAdd) and _copies_manifest(each)), default=0
    )
    runs = [each for each in before[copied:] if isinstance(each, Run)]
    texts = [build.script(each).text for each in runs]
    if any(_LOCK in text or "Cargo.toml" in text or any(word in text for word in _CHANGES) for text in texts):
        return
    for command, directory in commands_with_directories(build, run):
        words = [word for word in command.args if not word.value.startswith(("-", "+"))]
        if command.name != "cargo" or not words or words[0].value not in _VERBS or not directory:
            continue
        if command.has("--locked", "--frozen", "--manifest-path", "-C", "--git", "--index", "--help"):
            continue
        if words[0].value == "install" and command.option("--path") is None:
            continue
        if words[0] not in command.args[:2] or _lock_above(build, run, directory) == "":
            continue
        yield Finding(
            f"`cargo {words[0].text}` does not enforce `{_LOCK}`; add `--locked`",
            command,
            fix=flag_fix(build, run, command, words[0], "--locked", UNSAFE),
        )


def _copies_manifest(copy: CopyOrAdd) -> bool:
    return any("Cargo" in source.text for source in copy.sources)


def _lock_above(build: Build, run: Run, directory: str) -> str:
    """The lock file in the directory or the nearest one above; "" if none is known."""
    while True:
        found = lockfile_in(build, run, directory, (_LOCK,))
        if found or directory in ("/", ""):
            return found
        directory = posixpath.dirname(directory)


EXAMPLES = (
    Bad(
        "FROM rust:1.90\nWORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nCOPY src src\nRUN «cargo build --release»",
        message="`cargo build` does not enforce `Cargo.lock`; add `--locked`",
        fixed="FROM rust:1.90\nWORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nCOPY src src\n"
        "RUN cargo build --locked --release",
    ),
    Good(
        "FROM rust:1.90\nWORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nCOPY src src\nRUN cargo build --release --locked"
    ),
    Bad(
        "WORKDIR /app\nCOPY . .\nRUN «cargo install --path .»",
        files={"Cargo.toml": "", "Cargo.lock": "", "src/main.rs": ""},
    ),
    Bad(
        "WORKDIR /app\nCOPY . .\nRUN cd cli && «cargo +nightly build»",
        files={"Cargo.toml": "", "Cargo.lock": "", "cli/Cargo.toml": ""},
        why="a workspace",
    ),
    Bad(
        "WORKDIR /app\nRUN cargo new --bin .\nCOPY Cargo.toml Cargo.lock ./\nRUN «cargo build»",
        why="the manifest is replaced",
    ),
    Good("WORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nRUN cargo init && cargo build", why="changed"),
    Good("WORKDIR /app\nCOPY . .\nRUN cargo build", files={"Cargo.toml": ""}, why="no lock file"),
    Good("WORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nRUN cargo install cargo-chef", why="another program"),
    Good("WORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nRUN cargo fetch --locked && cargo build --frozen"),
    Good("WORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nRUN sed -i 's/a/b/' Cargo.toml && cargo build", why="changed"),
    Good("WORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nRUN cargo update && cargo build", why="changed"),
    Good("WORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nRUN cargo test", why="not what is shipped"),
)
