"""PKG002."""

from __future__ import annotations

import re

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
    - A crate without dependencies, and calls that download none: `poetry export`, `poetry lock`, `poetry build`.
    - No fix if a later call works offline.
    """
    for call in calls_leaving_cache(build, run, *_MANAGERS):
        if _installs_a_manager(build, run, call) or _downloads_nothing(build, run, call):
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
        place = call.value("--cache") or " and ".join(_cache_places(build, run, call))
        return f"its download cache ({place}) in this layer; use a cache mount"
    path = call.value("--path", "--install-dir", "-i") or _configured_path(build, run)
    if path is None and call.manager.name == "bundle" and "BUNDLE_PATH" in build.state(run).vars:
        path = '"$BUNDLE_PATH"'
    cache = f"{path}/ruby/*/cache" if path is not None else '"$(gem env gemdir)"/cache'
    how = "use the shell form and end the RUN" if run.json else "end the RUN"
    return f"the downloaded .gem files in this layer; {how} with `rm -rf {cache}`"


def _cache_places(build: Build, run: Run, call: PackageCall) -> list[str]:
    """Where the downloads of the call are, as far as variables tell; a mount of a parent could hide programs.

    Composer uses ~/.composer/cache unless a variable XDG_… is set or /etc/xdg exists, which PHP's images lack. Source:
    github.com/composer/composer, src/Composer/Factory.php.
    """
    stage = build.stage_of(run)
    ref = stage.root.base_ref if stage is not None else None
    env = {**_IMAGE_HOMES.get(ref.name if ref is not None else "", {}), **build.state(run).vars, **call.environment}
    if call.manager.name == "composer" and not env.get("COMPOSER_CACHE_DIR"):
        if env.get("COMPOSER_HOME"):
            return [f"{env['COMPOSER_HOME']}/cache"]
        if any(name.startswith("XDG_") for name in env):
            return [f"{env.get('XDG_CACHE_HOME') or '~/.cache'}/composer"]
    places = cache_directories(call.manager, "~", env)
    known = stage is not None and stage.base_facts is not None
    return [next((each for each in place if known and each.startswith("~/")), place[0]) for place in places]


_IMAGE_HOMES = {"rust": {"CARGO_HOME": "/usr/local/cargo"}, "composer": {"COMPOSER_HOME": "/tmp"}}
"""Variables of official images that move a cache, and that the catalog does not record."""


def _downloads_nothing(build: Build, run: Run, call: PackageCall) -> bool:
    """Whether the build context shows that a crate has no dependencies."""
    context = build.context
    if call.manager.name != "cargo" or call.packages or context is None or "cd " in build.script(run).text:
        return False
    lock, manifest = context.read("Cargo.lock"), context.read("Cargo.toml")
    if lock is not None:
        return lock.count(b"[[package]]") == 1
    return manifest is not None and b"[workspace]" not in manifest and not _DEPENDENCY.search(manifest)


_DEPENDENCY = re.compile(rb"dependencies(?:\.[^\]\n]+\]|\][ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*[\w\"'])")
"""A table of dependencies in Cargo.toml that is not empty; `cargo new` writes an empty one."""


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
    Good("FROM python:3.12-slim\nRUN pip install poetry && poetry export -o r.txt", why="downloads no package"),
    Good("FROM python:3.12-slim\nRUN poetry lock && poetry check && poetry build"),
    Bad("FROM python:3.12-slim\nRUN poetry lock && «poetry install»"),
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
    Bad("FROM composer:2\nRUN «composer install» --no-dev", message="its download cache (/tmp/cache) in this layer"),
    Bad("FROM php:8.4-cli\nRUN «composer install»", message="its download cache (~/.composer/cache)"),
    Bad("FROM php:8.4-cli\nENV XDG_CACHE_HOME=/c\nRUN «composer install»", message="its download cache (/c/composer)"),
    Good("FROM php:8.4-cli\nRUN --mount=type=cache,target=/root/.composer/cache composer install"),
    Bad(
        "FROM rust:1.80\nRUN «cargo build»",
        message="its download cache (/usr/local/cargo/registry and /usr/local/cargo/git)",
    ),
    Bad("FROM debian:12\nRUN «cargo build»", message="its download cache (~/.cargo/registry and ~/.cargo/git)"),
    Good(
        "FROM rust:1.80\nCOPY . .\nRUN cargo build --release",
        files={"Cargo.toml": '[package]\nname = "a"\n', "Cargo.lock": '[[package]]\nname = "a"\n', "src/main.rs": ""},
        why="the crate has no dependencies",
    ),
    Good(
        "FROM rust:1.80\nCOPY . .\nRUN cargo build",
        files={"Cargo.toml": '[package]\nname = "a"\n\n[dependencies]\n# none\n', "src/main.rs": ""},
    ),
    Bad(
        "FROM rust:1.80\nCOPY . .\nRUN «cargo build» --release",
        files={"Cargo.toml": '[dependencies]\nb = "1"\n', "src/main.rs": ""},
    ),
    Bad('FROM ruby:3.3-slim\nRUN ["«gem", "install»", "a"]', message="use the shell form and end the RUN with"),
    Good("FROM node:22-slim\nRUN npm ci && npm cache clean --force"),
    Good("FROM node:22 AS build\nRUN npm ci\nFROM scratch\nCOPY --from=build /a /a", why="not in the final image"),
)
