"""COR020."""

from __future__ import annotations

from ...syntax.tree import Env
from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule
from ..stages.development import is_development_file, is_for_development
from .started_scripts import starting_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command

_BY_SUBCOMMAND = {
    "next": ("dev",),
    "nuxt": ("dev",),
    "nuxi": ("dev",),
    "astro": ("dev",),
    "remix": ("dev",),
    "ng": ("serve",),
    "vue-cli-service": ("serve",),
    "react-scripts": ("start",),
    "gatsby": ("develop",),
    "webpack": ("serve",),
    "fastapi": ("dev",),
    "flask": ("run",),
    "manage.py": ("runserver", "runserver_plus"),
    "django-admin": ("runserver",),
    "artisan": ("serve",),
    "symfony": ("serve", "server:start"),
    "dotnet": ("watch",),
    "cargo": ("watch",),
    "tsx": ("watch",),
    "hugo": ("server", "serve"),
    "jekyll": ("serve",),
    "mkdocs": ("serve",),
}
"""The subcommand that starts the development server of a program, according to its documentation."""
_ALWAYS = frozenset(("nodemon", "ts-node-dev", "webpack-dev-server", "vite-node", "live-server", "browser-sync"))
_RELOADING = frozenset(("uvicorn", "gunicorn", "hypercorn", "sanic", "granian"))
_VITE_BUILDS = ("build", "preview", "optimize")
_MANAGERS = ("npm", "yarn", "pnpm", "bun")
_SCRIPTS = ("dev", "start:dev", "dev:start", "develop", "watch", "start:watch", "start:debug")
_MODES = {
    "FLASK_ENV": ("development",),
    "FLASK_DEBUG": ("1", "true"),
    "NODE_ENV": ("development", "dev"),
    "RAILS_ENV": ("development",),
    "RACK_ENV": ("development",),
    "MIX_ENV": ("dev",),
    "ASPNETCORE_ENVIRONMENT": ("development",),
    "DOTNET_ENVIRONMENT": ("development",),
}


@rule("COR020", level=WARNING, since="0.1", confidence=MEDIUM, preview=True, onbuild=False)
def development_server(build: Build) -> Iterator[Finding]:
    """The final image starts a development server, or sets a framework to development.

    ## Why
    Development servers reload on changes, show source code in error pages and are not made for more than one user:
    Django and Flask say so in their documentation. Development mode is slower, and often insecure.

    ## What to do
    Start the production server: gunicorn or uvicorn for Python, the built files behind `node server.js` or nginx for
    JavaScript, PHP-FPM. Put the development server in a stage of its own: `FROM base AS dev`.

    ## Exceptions
    - A final stage or a file whose name says that it is for development or tests, such as `dev` or Dockerfile.dev.
    """
    final = build.final_stage
    if final is None or is_for_development(final) or is_development_file(build):
        return
    chain = [final, *final.ancestors]
    for instruction in starting_instructions(chain):
        for command in build.commands(instruction):
            what = _development_command(command)
            if what:
                yield Finding(f"`{what}` is for development; start a production server in the final image", command)
    final_values = final.state(len(final.instructions)).vars
    for stage in chain:
        for env in (step for step in stage.instructions if isinstance(step, Env)):
            for pair in env.pairs:
                modes = _MODES.get(pair.key.text, ())
                value = pair.value and build.state(env).value(pair.value.text)
                if value and value.lower() in modes and final_values.get(pair.key.text) == value:
                    message = f"`{pair.key.text}={value}` is for development; do not set it in the final image"
                    yield Finding(message, pair.key)


def _development_command(command: Command) -> str:
    """The part of the command that starts a development server; empty if it does not."""
    words = [word.value for word in command.words]
    names = [word.base_name() for word in command.words]
    if not words:
        return ""
    while names and (names[0].startswith(("python", "php", "npx", "bunx", "pnpx")) or names[0] in ("-m", "exec")):
        if names[0] == "php" and "-S" in words:
            return " ".join(words[: words.index("-S") + 1])
        names, words = names[1:], words[1:]
    if not names:
        return ""
    return _known(names[0], words)


def _known(name: str, words: Sequence[str]) -> str:
    options = [word for word in words[1:] if word.startswith("-")]
    arguments = [word for word in words[1:] if not word.startswith("-")]
    if name in _ALWAYS:
        return name
    if name == "vite" and not any(word in _VITE_BUILDS for word in arguments):
        return "vite"
    if name == "node" and any(option.startswith("--watch") for option in options):
        return "node --watch"
    if name in _RELOADING and "--reload" in options:
        return f"{name} --reload"
    if name in _BY_SUBCOMMAND:
        found = next((word for word in arguments if word in _BY_SUBCOMMAND[name]), "")
        return f"{name} {found}" if found else ""
    if name in _MANAGERS:
        runs = arguments[:1] in (["run"], ["run-script"])
        script = arguments[1:2] if runs else [] if name == "npm" else arguments[:1]
        if script and script[0] in _SCRIPTS:
            return " ".join((name, *arguments[: 2 if runs else 1]))
    return ""


EXAMPLES = (
    Bad('FROM node:22-slim\nCMD ["«npm", "run", "dev»"]', message="`npm run dev` is for development"),
    Good('FROM node:22-slim\nCMD ["node", "server.js"]'),
    Bad('FROM python:3.12-slim\nCMD ["«python", "manage.py", "runserver", "0.0.0.0:8000»"]'),
    Bad('FROM python:3.12-slim\nCMD ["«python3", "-m", "flask", "run»"]'),
    Bad('FROM python:3.12-slim\nENTRYPOINT ["«uvicorn", "a:app", "--reload»"]'),
    Good('FROM python:3.12-slim\nCMD ["uvicorn", "a:app"]'),
    Bad("FROM node:22-slim\nCMD «npx vite --host»"),
    Good("FROM node:22-slim\nCMD vite preview --host"),
    Bad("FROM node:22-slim\nCMD «yarn dev»"),
    Bad("FROM php:8.3-cli\nCMD «php -S 0.0.0.0:80 -t public»", message="`php -S`"),
    Bad("FROM php:8.3-cli\nCMD «php artisan serve --host=0.0.0.0»"),
    Bad('FROM python:3.12-slim\nENV «FLASK_ENV»=development\nCMD ["gunicorn", "a:app"]'),
    Good("FROM node:22-slim AS build\nENV NODE_ENV=development\nFROM node:22-slim\nCMD a", why="not the final stage"),
    Good("FROM node:22-slim\nENV NODE_ENV=development\nRUN npm ci\nENV NODE_ENV=production\nCMD a", why="set again"),
    Good('FROM node:22-slim AS dev\nCMD ["npm", "run", "dev"]', why="for development"),
    Good('FROM node:22-slim\nCMD ["npm", "start"]'),
    Good("FROM debian:12-slim\nRUN flask run & sleep 1", why="in the build"),
    Good('FROM node:22-slim AS base\nCMD ["npm", "run", "dev"]\nFROM base\nCMD ["node", "a.js"]', why="replaced"),
)
