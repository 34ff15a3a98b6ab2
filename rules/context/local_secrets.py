"""CTX010."""

from __future__ import annotations

import posixpath
import re

from ...model.context_waste import FIXTURE_DIRECTORIES
from ...model.copy_sources import reaches_shipped_image
from ...model.git_usage import tracked_files
from ...model.gitignore import listed_patterns
from ...model.layers import copies_whole_context
from ...syntax.tree import CopyOrAdd, Run
from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from ..text import join_quoted, transfer_summary
from .no_dockerignore import is_small_and_clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.context import Context

_SECRET = re.compile(
    r"(?:\.env(?:[.*][\w.*-]*)?|[\w*.-]*\.env|[\w.-]*\*\.(?:pem|key|p12|pfx|jks|keystore)|id_(?:rsa|ed25519)|"
    r"[\w*.-]*credentials[\w*.-]*\.json|[\w*.-]*service[-_]?account[\w*.-]*\.json|secrets?\.(?:ya?ml|json|toml|env))"
)
_PUBLIC = re.compile(r"example|sample|template|dist|default|test")
_SAMPLES = re.compile(
    r"\.?env[._-](?:example|sample|template|dist)|(?:example|sample)\.env|\.env\..*(?:example|sample)"
)
"""Names of files that show what belongs into `.env`."""
_READERS = re.compile(
    rb"dotenv|django-environ|\benvirons\b|decouple|pydantic-settings|env_file|--env-file|[\"' /]\.env\b"
)
"""What reads `.env`: libraries, and compose files and scripts that name it."""
_READING_FILES = (
    "package.json", "requirements.txt", "pyproject.toml", "Pipfile", "Gemfile", "composer.json", "go.mod", "Cargo.toml",
    "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml", "Makefile",
)  # fmt: skip
_MADE = {
    "target": ("cargo", "mvn"), "vendor": ("composer",), "build": ("gradle",), ".next": ("npm", "yarn", "pnpm", "bun"),
    ".nuxt": ("npm", "yarn", "pnpm", "bun"), "dist": ("npm", "yarn", "pnpm", "bun"),
}  # fmt: skip
"""Output directories, and the tools that write them again in the build."""


@rule("CTX010", level=INFO, since="0.1", confidence=MEDIUM, onbuild=False, prefilter=("copy", "add"), scope=SHIPPED)
def local_secrets(build: Build) -> Iterator[Finding]:
    """The whole build context is copied, with the local settings that `.gitignore` lists but `.dockerignore` does not.

    ## Why
    What `.gitignore` keeps out of the repository is still in the directory where the image is built. A `.env` with
    passwords ends up in the image, and everyone who can pull the image can read it. On another machine, such as that of
    CI, the file is missing, so the images differ.

    ## What to do
    Add the lines to `.dockerignore`, and give the container its settings when it starts: `docker run --env-file`,
    `env_file` in a compose file. `dlint dockerignore` proposes lines for all files that exist now.

    ## Exceptions
    - Projects that show no use of `.env`: no `.env.example`, no library, compose file or makefile that reads it.
    - Files that git tracks, and stages whose files are not copied to the final image.
    - Output directories that do not exist or that no step of the build writes.
    """
    context = build.context
    found = _whole_copy(build) if context is not None and context.ignore_error is None else None
    if context is None or found is None or not (context.ignore_file or is_small_and_clean(build, context)):
        return
    entries = listed_patterns(context.read(".gitignore"))
    # `.env*` would exclude `.env.example` as well, which the build may copy.
    secrets = [".env" if entry in (".env*", "/.env*") else entry for entry in entries]
    secrets = [entry for entry in dict.fromkeys(secrets) if _is_sent_secret(context, entry)]
    if not any(".env" in entry for entry in secrets) or not _uses_env(context):
        return
    if tracked_files(context.root, [".env"]):
        return
    names = [*secrets, *(entry for entry in dict.fromkeys(entries) if _is_sent_output(build, context, entry))]
    add = "add these lines to .dockerignore" if len(names) > 1 else "add this line to .dockerignore"
    if context.ignore_file is None:
        add = "add a .dockerignore with " + ("these lines" if len(names) > 1 else "this line")
    message = f"`{transfer_summary(found)}` copies local files that .gitignore lists: {join_quoted(names)}; {add}"
    yield Finding(message, found.sources[0])


def _whole_copy(build: Build) -> CopyOrAdd | None:
    """The first COPY or ADD of the whole context whose files end up in the final image."""
    for stage in build.stages:
        for step in stage.instructions:
            if (
                isinstance(step, CopyOrAdd)
                and copies_whole_context(build, step)
                and reaches_shipped_image(build, stage, step)
            ):
                return step
    return None


def _is_sent_secret(context: Context, entry: str) -> bool:
    """Whether the entry of .gitignore names a secret that would be sent, and that is not reported as it exists."""
    name = posixpath.basename(entry)
    if not _SECRET.fullmatch(name) or _PUBLIC.search(name) or not FIXTURE_DIRECTORIES.isdisjoint(entry.split("/")):
        return False
    path = entry.strip("/").replace("**/", "").replace("*", "x")
    ignore = context.ignore_file
    return not context.exists(path) and (ignore is None or not ignore.excluded(path))


def _is_sent_output(build: Build, context: Context, entry: str) -> bool:
    """Whether the entry is a directory that exists, is sent, and is written again by the build."""
    path = entry.strip("/")
    tools = _MADE.get(path, ())
    if not tools or not context.is_directory(path) or not context.includes(path):
        return False
    runs = (step for stage in build.stages for step in stage.instructions if isinstance(step, Run))
    verbs = ("restore",) if path == "vendor" else ("build", "run")
    return any(call.manager.name in tools and call.verb in verbs for run in runs for call in build.package_calls(run))


def _uses_env(context: Context) -> bool:
    """Whether the project uses a file `.env`."""
    if context.exists("artisan") or any(map(_SAMPLES.fullmatch, _top_names(context))):
        return True
    return any(_READERS.search(context.read(name) or b"") for name in _READING_FILES)


def _top_names(context: Context) -> Iterator[str]:
    return (path for path in context.match("*") if "/" not in path)


_FILES = {".gitignore": "# local\n.env\n*.pem\nnode_modules/\n", ".env.example": "A=", "app.js": ""}

EXAMPLES = (
    Bad(
        "FROM node:22-slim\nCOPY «.» /app\nCMD a",
        files={**_FILES, ".dockerignore": "node_modules\n"},
        message="copies local files that .gitignore lists: `.env` and `*.pem`; add these lines to .dockerignore",
    ),
    Good("FROM node:22-slim\nCOPY . /app\nCMD a", files={**_FILES, ".dockerignore": "node_modules\n.env*\n*.pem\n"}),
    Bad("FROM node:22-slim\nCOPY «.» /app\nCMD a", files=_FILES, message="add a .dockerignore with these lines"),
    Bad(
        "FROM rust:1.90\nCOPY «.» /app\nRUN cargo build\nCMD a",
        files={
            ".gitignore": "/target/\n.env\n",
            ".dockerignore": ".git\n",
            "target/a": "",
            "Cargo.toml": "dotenvy='1'",
        },
        message="`.env` and `/target/`",
    ),
    Good(
        "FROM node:22-slim\nCOPY . /app\nCMD a",
        files={".gitignore": ".env\n", ".dockerignore": ".git\n", "app.js": ""},
        why="the project does not use it",
    ),
    Good(
        "FROM node:22-slim\nCOPY . /app\nCMD a",
        files={".gitignore": ".env.example\n", ".dockerignore": ".git\n", ".env.example": ""},
    ),
    Good("FROM node:22-slim\nCOPY src /app\nCMD a", files={**_FILES, ".dockerignore": ".git\n", "src/a.js": ""}),
    Good(
        "FROM node:22-slim AS b\nCOPY . /app\nFROM node:22-slim\nCOPY --from=b /app/dist /srv\nCMD a",
        files={**_FILES, ".dockerignore": ".git\n"},
        why="only the build output is shipped",
    ),
    Good(
        "FROM node:22-slim\nCOPY . /app\nCMD a",
        files={**_FILES, ".dockerignore": "*\n!*.js\n"},
        why="only these files are sent",
    ),
    Good(
        "FROM node:22-slim\nCOPY . /app\nCMD a",
        files={".gitignore": ".env\n", ".dockerignore": ".git\n", ".env": "A=1", ".env.example": ""},
        why="it exists, so CTX002 reports it",
    ),
)
