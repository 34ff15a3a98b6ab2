"""COR009."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from fnmatch import fnmatchcase
from itertools import chain

from ...fixers.edits.edit import UNSAFE, Fix
from ...fixers.edits.word_edits import insert_word_after, replace_word
from ...model.image_paths import commands_with_directories
from ...model.layers import first_step, has_step
from ...syntax.tree import CopyOrAdd, Run
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from .lockfiles import lockfile_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction

_REMEDIES = {
    "npm": "use `npm ci`",
    "yarn": "add `--frozen-lockfile` (Yarn 1) or `--immutable`",
    "pnpm": "add `--frozen-lockfile`",
    "bun": "add `--frozen-lockfile`",
    "uv": "add `--locked`",
    "pipenv": "add `--deploy`",
    "bundle": "set `BUNDLE_FROZEN=1`",
}
"""How each manager is told to fail if the lock file does not match. Poetry and Composer always do."""
_INSTALLS = frozenset(("", "install", "i", "sync"))
_ADDED_FLAGS = {"pnpm": "--frozen-lockfile", "bun": "--frozen-lockfile", "uv": "--locked", "pipenv": "--deploy"}
_ELSEWHERE = tuple("-g --global --prefix -C --cwd --dir --project --directory --gemfile --script".split())
_RELOCKING = tuple(
    "--no-frozen-lockfile --no-immutable --no-lockfile --no-package-lock --package-lock-only --lockfile-only --upgrade "
    "-U --skip-lock --update-checksums --pure-lockfile".split()
)
"""Options with which the lock file is changed or ignored on purpose, or, with --pure-lockfile, kept."""
_SETTINGS = ("frozen", "immutable", "deployment", "locked")
_CI_FLAGS = frozenset(
    "--production --omit --only --include --legacy-peer-deps --ignore-scripts --no-audit --no-fund --silent --quiet "
    "--loglevel --prefer-offline --no-optional --force -f --verbose -s -q --no-progress --registry --cache".split()
)
"""Options of `npm install` that `npm ci` has too."""


@rule(
    "COR009",
    level=WARNING,
    since="0.1",
    fix=UNSAFE,
    onbuild=False,
    prefilter=("npm", "yarn", "bun", "uv ", "pipenv", "bundle"),
    scope=SHIPPED,
    subject=("lock ?files?", "frozen", "lock"),
)
def lockfile_not_enforced(run: Run, build: Build) -> Iterator[Finding]:
    """An install updates the lock file instead of following it.

    ## Why
    If the manifest and the lock file do not match, the install resolves other versions than those that were tested, and
    writes a new lock file that is lost with the build. An install that enforces the lock file fails instead.

    ## What to do
    Use `npm ci`, `yarn install --frozen-lockfile` (`--immutable` since Yarn 2), `pnpm install --frozen-lockfile`, `bun
    install --frozen-lockfile`, `uv sync --locked`, `pipenv install --deploy`, or `BUNDLE_FROZEN=1` for Bundler.

    ## Fix safety
    Unsafe: the build fails if the lock file is not up to date. There is no fix for Yarn, whose option depends on its
    version, and for Bundler.

    ## Exceptions
    - Installs for which no lock file is known to be in their directory.
    - A variable such as `CI`, `UV_FROZEN` or `BUNDLE_DEPLOYMENT`, or a setting in an earlier RUN, that enforces it.
    - Files that copy a lock file by a vague pattern (`COPY package.json *yarn* ./`), so that builds without it work.
    - `bun install --production`, which enforces the lock file.
    - A RUN that mentions the lock file or the manifest, for example to delete or change it.
    """
    calls = {
        id(call.command): call
        for call in build.package_calls(run)
        if call.manager.name in _REMEDIES and call.verb == "restore" and call.path in _INSTALLS and not call.frozen()
    }
    if not calls or _is_set(build, run):
        return
    vague = build.cached("vague lock files", lambda: _has_vague_locks(build))
    for command, directory in commands_with_directories(build, run):
        call = calls.get(id(command))
        if call is None or not directory or call.uncertain or call.has(*_ELSEWHERE, *_RELOCKING):
            continue
        if any(_is_enforcing(name) for name in call.environment):
            continue
        if call.manager.name == "bun" and call.has("--production", "-p"):
            continue  # bun then freezes the lock file
        found = lockfile_in(build, run, directory, call.manager.locks)
        names = (found, *(name for name in call.manager.manifests if name[:1] != "."))
        if found and not any(_mentions(build, run, name) for name in names) and not vague:
            yield Finding(
                f"`{command.text}` does not enforce `{found}`; {_remedy(call)}",
                command,
                fix=_fix(build, run, call),
                confidence="medium" if call.manager.name == "bundle" else "",
            )


def _remedy(call: PackageCall) -> str:
    """How the call enforces the lock file; `npm ci` needs the options that accept conflicts of versions as well."""
    if call.manager.name != "npm":
        return _REMEDIES[call.manager.name]
    kept = [flag for flag in ("--legacy-peer-deps", "--force", "-f") if call.has(flag)]
    return f"use `{' '.join(['npm ci', *kept])}`"


def _is_enforcing(name: str) -> bool:
    return name == "CI" or any(word in name.lower() for word in _SETTINGS)


def _is_set(build: Build, run: Run) -> bool:
    """Whether a variable or an earlier command may enforce the lock file."""
    stage = build.stage_of(run)
    if stage is None:
        return False

    def is_enforced(index: int) -> bool:
        state = stage.state(index)
        return any(_is_enforcing(name) for name in chain(state.vars, state.unknown))

    def first_enforced() -> int:
        # No instruction undeclares a variable.
        return bisect_left(range(len(stage.instructions)), True, key=is_enforced)

    if build.index_of(run) >= build.cached(("first variable that enforces lock files", stage.index), first_enforced):
        return True

    def configures(step: Instruction) -> bool:
        commands = build.commands(step) if isinstance(step, Run) else ()
        return any(" config" in text and any(word in text for word in _SETTINGS) for text in (c.text for c in commands))

    return has_step(stage, "lock file enforced by a command", configures)


def _has_vague_locks(build: Build) -> bool:
    """Whether a COPY brings a lock file by a vague pattern of its own, such as `*yarn*`.

    The file is then meant to be built without one too. A pattern that the manifest matches as well, such as
    `package*.json`, is only short for both names, and `yarn.lock*` names the lock file.
    """
    from ...model.packages.managers import MANAGERS

    managers = [manager for manager in MANAGERS if manager.name in _REMEDIES]
    copies = (step for stage in build.stages for step in stage.instructions if isinstance(step, CopyOrAdd))
    patterns = {posixpath.basename(source.text) for copy in copies for source in copy.sources if "*" in source.text}
    return any(
        any(fnmatchcase(lock, pattern) and lock != pattern.strip("*") for lock in manager.locks)
        and not any(fnmatchcase(name, pattern) for name in manager.manifests if name[0] != ".")
        for pattern in patterns
        for manager in managers
    )


def _mentions(build: Build, run: Run, file: str) -> bool:
    """Whether a RUN of the stage, up to this one, names the file; a mount does not count."""
    stage = build.stage_of(run)
    if stage is None:
        return True

    def mentions(step: Instruction) -> bool:
        return isinstance(step, Run) and file in build.script(step).text

    return first_step(stage, ("file mentioned", file), mentions) <= build.index_of(run)


def _fix(build: Build, run: Run, call: PackageCall) -> Fix | None:
    word = call.verb_word
    if word is None:
        return None
    if call.manager.name == "npm":
        if any(flag not in _CI_FLAGS for flag, _, _ in call.options):
            return None
        edits, title = replace_word(build, word, "ci"), "Use `npm ci`"
    elif call.manager.name in _ADDED_FLAGS:
        flag = _ADDED_FLAGS[call.manager.name]
        edits, title = insert_word_after(build, run, call.command, word, flag), f"Add `{flag}`"
    else:
        return None
    return Fix(title, UNSAFE, edits, declare_edits=True) if edits else None


EXAMPLES = (
    Bad(
        "FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN «npm install --omit=dev»",
        message="`npm install --omit=dev` does not enforce `package-lock.json`; use `npm ci`",
        fixed="FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev",
    ),
    Good("FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci"),
    Bad(
        "FROM node:24\nWORKDIR /app\nCOPY package*.json ./\nRUN «npm i»",
        files={"package.json": "{}", "package-lock.json": "{}"},
        fixed="FROM node:24\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci",
    ),
    Bad(
        "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN cd web && «npm install»",
        files={"web/package.json": "{}", "web/package-lock.json": "{}"},
    ),
    Bad(
        "FROM node:24\nWORKDIR /app\nCOPY package.json yarn.lock* ./\nRUN «yarn»",
        files={"package.json": "{}", "yarn.lock": ""},
    ),
    Good(
        "FROM ruby:3.4\nWORKDIR /app\nCOPY Gemfile* ./\nRUN bundle install\nCOPY package.json *yarn* ./\nRUN yarn",
        files={"Gemfile": "", "Gemfile.lock": "", "package.json": "{}", "yarn.lock": ""},
        why="the file is meant for builds without lock files",
    ),
    Good("WORKDIR /app\nCOPY package.json bun.lock ./\nRUN bun install --production"),
    Bad("WORKDIR /app\nCOPY package.json yarn.lock /app/\nRUN «yarn»", message="`--immutable`"),
    Bad("WORKDIR /app\nCOPY package.json yarn.lock ./\nRUN corepack enable && «yarn install»"),
    Bad(
        "WORKDIR /app\nCOPY package.json pnpm-lock.yaml ./\nRUN «pnpm install --prod»",
        fixed="WORKDIR /app\nCOPY package.json pnpm-lock.yaml ./\nRUN pnpm install --frozen-lockfile --prod",
    ),
    Bad("WORKDIR /app\nCOPY package.json bun.lock ./\nRUN «bun install»"),
    Bad("WORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN «uv sync --no-dev»", message="add `--locked`"),
    Bad(
        "WORKDIR /app\nRUN --mount=type=bind,source=uv.lock,target=uv.lock «uv sync»",
        fixed="WORKDIR /app\nRUN --mount=type=bind,source=uv.lock,target=uv.lock uv sync --locked",
    ),
    Bad("WORKDIR /app\nCOPY Pipfile Pipfile.lock ./\nRUN «pipenv install --system»"),
    Bad("WORKDIR /app\nCOPY Gemfile Gemfile.lock ./\nRUN «bundle install»", message="BUNDLE_FROZEN"),
    Bad(
        "WORKDIR /app\nCOPY package-lock.json /app/\nFROM debian:12\nWORKDIR /b\nCOPY yarn.lock /b/\nRUN «yarn install»"
    ),
    Good("WORKDIR /app\nCOPY package.json ./\nRUN npm install", why="no lock file is copied"),
    Good("WORKDIR /app\nCOPY package*.json ./\nRUN npm install", why="the pattern may match no lock file"),
    Good(
        "WORKDIR /app\nCOPY package*.json ./\nRUN npm install",
        files={"package.json": "{}"},
        why="the pattern matches no lock file",
    ),
    Good(
        "WORKDIR /app\nCOPY . .\nRUN npm install",
        files={"package.json": "{}", "package-lock.json": "{}", ".dockerignore": "package-lock.json"},
        why="the lock file is ignored",
    ),
    Good("WORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm install -g serve && npm install left-pad@1"),
    Good("WORKDIR /app\nCOPY package.json package-lock.json ./\nRUN rm package-lock.json && npm install"),
    Bad(
        "FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN «npm install --legacy-peer-deps»",
        message="use `npm ci --legacy-peer-deps`",
        fixed="FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --legacy-peer-deps",
    ),
    Bad("WORKDIR /app\nCOPY package.json package-lock.json ./\nRUN «npm i -f»", message="use `npm ci -f`"),
    Good(
        "WORKDIR /app\nCOPY package.json yarn.lock ./\nRUN jq '.a = 1' package.json > p && mv p package.json && yarn",
        why="the manifest is changed, so that the lock file does not match it",
    ),
    Good("WORKDIR /app\nCOPY a/package.json a/package-lock.json /a/\nRUN npm install", why="another directory"),
    Good("WORKDIR /app\nCOPY yarn.lock ./\nRUN yarn install --frozen-lockfile && yarn build"),
    Good("WORKDIR /app\nENV CI=true\nCOPY pnpm-lock.yaml ./\nRUN pnpm install", why="the default in CI"),
    Good("WORKDIR /app\nENV UV_FROZEN=1\nCOPY uv.lock ./\nRUN uv sync"),
    Good("WORKDIR /app\nCOPY Gemfile.lock ./\nRUN bundle config set --local deployment true && bundle install"),
    Good("WORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install", why="Poetry enforces its lock file"),
    Good("WORKDIR /app\nCOPY composer.json composer.lock ./\nRUN composer install"),
)
