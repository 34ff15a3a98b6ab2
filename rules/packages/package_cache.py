"""PKG002."""

from __future__ import annotations

import posixpath

from ...fixers.edits.edit import SAFE, Fix
from ...model.packages.calls import cache_directories
from ...syntax.tree import Run
from ..base import INFO, LOW, SHIPPED, Bad, Finding, Good, rule
from .fixes import cache_needed_later, clean_cache, run_after_call
from .package_findings import CallPrefix, calls_leaving_cache, late_cleanup_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall

_MANAGERS = ("npm", "poetry", "pipenv", "conda", "composer", "cargo", "gem", "bundle", "pacman")


@rule("PKG002", level=INFO, since="0.1", fix=SAFE, scope=SHIPPED)
def package_cache(run: Run, build: Build) -> Iterator[Finding]:
    """npm, Poetry, Pipenv, conda, Composer, Cargo, gem, Bundler or pacman leaves its cache in the layer.

    ## Why
    The download cache is a second copy of what was installed and is never read in the image.

    ## What to do
    Keep the cache out of the image with `RUN --mount=type=cache,target=/root/.npm npm ci`, or delete it at the end of
    the same RUN.

    ## Fix safety
    Safe: the cache of npm, conda, Composer and Poetry is deleted after the call. The other package managers have no
    fix.

    ## Exceptions
    - Stages that are not part of the final image.
    - pnpm, bun and uv, which link the installed files to those of the cache: there is no second copy.
    - A RUN that only installs package managers, such as `npm install -g pnpm` or `gem install bundler`.
    - No fix if a later call works offline.
    """
    for call in calls_leaving_cache(build, run, *_MANAGERS):
        if _installs_a_manager(build, run, call):
            continue
        head = CallPrefix(call)
        unknown = call.manager.name == "bundle" and _has_unknown_base(build, run)
        yield Finding(
            f"`{head.text}` leaves {_leftover(build, run, call)}{late_cleanup_note(build, run, call)}",
            head,
            fix=_fix(build, run, call),
            confidence=LOW if unknown else "",
        )


def _has_unknown_base(build: Build, run: Run) -> bool:
    """Whether an image without recorded facts may have configured where Bundler installs."""
    stage = build.stage_of(run)
    return stage is not None and stage.base_facts is None


def _leftover(build: Build, run: Run, call: PackageCall) -> str:
    """What is left in the layer, and the remedy. Gems are not cached apart from the installed ones."""
    if call.manager.name not in ("gem", "bundle"):
        places = [cache.directories[0] for cache in call.manager.caches]
        place = call.value("--cache") or (posixpath.commonpath(places) if len(places) > 1 else places[0])
        return f"its download cache ({place}) in this layer; use a cache mount"
    path = call.value("--path", "--install-dir", "-i") or _configured_path(build, run)
    if path is None and call.manager.name == "bundle" and "BUNDLE_PATH" in build.state(run).vars:
        path = '"$BUNDLE_PATH"'
    cache = f"{path}/ruby/*/cache" if path is not None else '"$(gem env gemdir)"/cache'
    return f"the downloaded .gem files in this layer; end the RUN with `rm -rf {cache}`"


def _configured_path(build: Build, run: Run) -> str | None:
    """The directory that `bundle config set path` has named before or in the RUN."""
    stage = build.stage_of(run)
    for step in reversed(stage.instructions[: build.index_of(run) + 1] if stage is not None else ()):
        for command in build.commands(step) if isinstance(step, Run) else ():
            words = [word.value for word in command.args]
            if command.name == "bundle" and words[:1] == ["config"] and "path" in words[:-1]:
                return words[words.index("path") + 1]
    return None


def _installs_a_manager(build: Build, run: Run, call: PackageCall) -> bool:
    """Whether the call and those after it in the RUN install package managers only, whose caches are small."""
    calls = [each for each in build.package_calls(run) if each.manager.family == call.manager.family]
    for each in calls[calls.index(call) :] if call in calls else [call]:
        if each.leaves_cache(build.state(run).vars):
            if each.manager.name == "gem" and each.command.has("--system"):
                continue
            if not each.packages or any(package.name not in _SMALL_PACKAGES for package in each.packages):
                return False
    return True


_SMALL_PACKAGES = frozenset(("npm", "pnpm", "yarn", "corepack", "bundler", "bun", "n", "poetry", "pipenv", "uv"))
_CLEAN = {"npm": "cache clean --force", "conda": "clean --all --yes", "composer": "clear-cache"}


def _fix(build: Build, run: Run, call: PackageCall) -> Fix | None:
    name = call.manager.name
    if name == "poetry":
        return _without_downloads(build, run, call)
    return clean_cache(build, run, call, _CLEAN[name]) if name in _CLEAN else None


def _without_downloads(build: Build, run: Run, call: PackageCall) -> Fix | None:
    """Delete what Poetry downloaded, but keep the virtual environments in the same directory."""
    calls = [each for each in build.package_calls(run) if each.manager is call.manager]
    places = [each[0] for each in cache_directories(call.manager, env=build.state(run).vars)]
    standard = all(place.startswith("/root/.cache/") for place in places) and build.state(run).user in (None, "root")
    moved = any(each.verb == "config" and "cache-dir" in each.command.text for each in calls)
    if not standard or moved or cache_needed_later(build, run, call) or "XDG_CACHE_HOME" in build.state(run).vars:
        return None
    return run_after_call(build, run, calls[-1], f"rm -rf {' '.join(places)}", SAFE, root=False)


EXAMPLES = (
    Bad(
        "FROM node:22-slim\nRUN «npm ci» && npm run build",
        message="use a cache mount",
        fixed="FROM node:22-slim\nRUN npm ci && npm cache clean --force && npm run build",
    ),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/root/.npm npm ci"),
    Good("FROM node:22-slim\nARG D=/c\nRUN --mount=type=cache,target=/c npm ci --cache $D"),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/c npm ci --cache $(x)", why="probably the mount"),
    Bad("FROM node:22-slim\nRUN «npm ci» --cache /c", message="its download cache (/c)"),
    Good("FROM python:3.12-slim\nRUN uv pip install a", why="the cache has no second copy"),
    Good("FROM node:22-slim\nRUN corepack enable && pnpm fetch"),
    Bad(
        "FROM node:22\nRUN «npm ci»\nRUN npm ci --offline && rm -rf /root/.npm",
        fixed="FROM node:22\nRUN npm ci\nRUN npm ci --offline && rm -rf /root/.npm",
    ),
    Bad(
        "FROM python:3.12-slim\nRUN pip install poetry && «poetry install» --no-root",
        fixed="FROM python:3.12-slim\nRUN pip install poetry && poetry install --no-root "
        "&& rm -rf /root/.cache/pypoetry/cache /root/.cache/pypoetry/artifacts",
    ),
    Bad("FROM ruby:3.3-slim\nRUN «bundle install»", message='`rm -rf "$(gem env gemdir)"/cache`'),
    Bad(
        "FROM ruby:3.3-slim\nENV BUNDLE_PATH=/gems\nRUN «bundle install»",
        message='`rm -rf "$BUNDLE_PATH"/ruby/*/cache`',
    ),
    Bad(
        "FROM ruby:3.3-slim\nRUN bundle config set --local path vendor && «bundle install»",
        message="`rm -rf vendor/ruby/*/cache`",
    ),
    Good("FROM ruby:3.3-slim\nRUN bundle install && find vendor -name cache -type d -exec rm -rf {} +"),
    Good('FROM ruby:3.3-slim\nRUN bundle install && rm -rf "$(gem env gemdir)"/cache'),
    Good('FROM ruby:3.3-slim\nRUN bundle install && rm -rf ~/.bundle "${BUNDLE_PATH}"/ruby/*/cache'),
    Good("FROM ruby:3.3-slim\nRUN bundle install && find /usr/local/bundle/cache -name '*.gem' -delete"),
    Good("FROM ruby:3.3-slim\nRUN gem update --system && gem install bundler"),
    Good("FROM node:22-slim\nRUN npm install -g pnpm@9"),
    Bad("FROM node:22-slim\nRUN «npm install» -g pnpm@9 && npm ci"),
    Bad("FROM composer:2\nRUN «composer install» --no-dev"),
    Good("FROM node:22-slim\nRUN npm ci && npm cache clean --force"),
    Good("FROM node:22 AS build\nRUN npm ci\nFROM scratch\nCOPY --from=build /a /a", why="not in the final image"),
)
