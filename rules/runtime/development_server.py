"""COR020."""

from __future__ import annotations

import re

from ...syntax.tree import Env
from ..base import MEDIUM, SHIPPED, WARNING, Bad, Finding, Good, rule
from ..stages.development import is_shipped_image
from .started_programs import MANAGERS, package_script, script_call, started_programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Command
    from .started_programs import StartedProgram

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
    "strapi": ("develop", "dev"),
    "medusa": ("develop",),
    "quasar": ("dev",),
    "ionic": ("serve",),
    "ember": ("serve", "server"),
    "vitepress": ("dev",),
    "vuepress": ("dev",),
    "docusaurus": ("start",),
    "storybook": ("dev",),
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
_INTERPRETERS = ("python", "php", "npx", "bunx", "pnpx")
_SKIPPED = frozenset(("-m", "exec", "cross-env", "env-cmd", "dotenv", "--"))
_PLAIN_NODE = re.compile(r"node [\w./-]+")
_VITE_BUILDS = ("build", "preview", "optimize")
_LAUNCHERS = {
    "poetry": "run", "pipenv": "run", "uv": "run", "pdm": "run", "hatch": "run", "bundle": "exec", "npm": "exec",
    "pnpm": "exec",
}  # fmt: skip
"""Programs that run another one, each with the subcommand that does."""
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


@rule(
    "COR020",
    level=WARNING,
    since="0.1",
    confidence=MEDIUM,
    onbuild=False,
    prefilter=("cmd", "entrypoint", *(name.lower() for name in _MODES)),
    scope=SHIPPED,
    subject=("dev", "development", "debug", "debugging", "reload"),
)
def development_server(build: Build) -> Iterator[Finding]:
    """The final image starts a development server, or sets a framework to development.

    ## Why
    Development servers reload on changes, show source code in error pages and are not made for more than one user:
    Django and Flask say so in their documentation. Development mode is slower, and often insecure.

    ## What to do
    Start the production server: gunicorn or uvicorn for Python, the built files behind `node server.js` or nginx for
    JavaScript, PHP-FPM. Put the development server in a stage of its own: `FROM base AS dev`.

    What a script of package.json or an entrypoint script starts counts as well, if the file is in the build context.

    ## Exceptions
    - A final stage or a file that is for development or tests, as its name, such as `dev` or Dockerfile.dev, or all
      files that build it say.
    - Commands that an entrypoint script runs under a condition.
    """
    final = build.final_stage
    if final is None or not is_shipped_image(build):
        return
    chain = [final, *final.ancestors]
    for program in started_programs(build, chain):
        what = _development_command(build, chain, program)
        if what:
            via = f"`{program.via}` runs `{what}`, which" if program.via else f"`{what}`"
            yield Finding(f"{via} is for development; start a production server in the final image", program.where)
            return
    final_values = final.state(len(final.instructions)).vars
    for stage in chain:
        for env in (step for step in stage.instructions if isinstance(step, Env)):
            for pair in env.pairs:
                modes = _MODES.get(pair.key.text, ())
                value = pair.value and build.state(env).value(pair.value.text)
                if value and value.lower() in modes and final_values.get(pair.key.text) == value:
                    message = f"`{pair.key.text}={value}` is for development; do not set it in the final image"
                    yield Finding(message, pair.key)


def _development_command(build: Build, chain: Sequence[Stage], program: StartedProgram) -> str:
    """The part of the command that starts a development server; empty if it does not."""
    command = program.command
    call = script_call(command)
    if call is not None and call[1] in _SCRIPTS:
        text = package_script(build, chain, call[1])
        return "" if text is not None and _PLAIN_NODE.fullmatch(text) else call[0]
    words = [word.value for word in command.words]
    names = [word.base_name() for word in command.words]
    while names:
        launched = len(names) > 1 and _LAUNCHERS.get(names[0]) == names[1]
        if names[0] == "php" and "-S" in words:
            return " ".join(words[: words.index("-S") + 1])
        if not launched and not names[0].startswith(_INTERPRETERS) and "=" not in words[0] and names[0] not in _SKIPPED:
            break
        names, words = names[2 if launched else 1 :], words[2 if launched else 1 :]
    if not names:
        return ""
    if names[0] == "mix" or names[:3] == ["iex", "-S", "mix"]:
        return _phoenix(chain[0], command)
    if names[0] in MANAGERS[1:] and len(words) > 1:
        return _known(names[1], words[1:])
    return _known(names[0], words)


def _phoenix(final: Stage, command: Command) -> str:
    """`mix phx.server` if nothing sets MIX_ENV, whose default is `dev` (hexdocs.pm/mix, "Environments")."""
    state = final.state(len(final.instructions))
    names = {*state.vars, *state.unknown, *(name for name, _ in command.assignments)}
    starts = any(word.value == "phx.server" for word in command.args)
    return "mix phx.server" if starts and "MIX_ENV" not in names else ""


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
    Bad(
        'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["«npm", "start»"]',
        files={"package.json": '{"scripts": {"start": "cross-env PORT=80 react-scripts start"}}'},
        message="`npm start` runs `react-scripts start`, which is for development",
    ),
    Bad(
        'FROM node:22-slim\nWORKDIR /app\nCOPY package.json src ./\nENTRYPOINT ["yarn"]\nCMD ["«serve»"]',
        files={"package.json": '{"scripts": {"serve": "yarn web", "web": "vue-cli-service serve"}}', "src/a": ""},
        message="`yarn serve` runs `vue-cli-service serve`",
    ),
    Good(
        'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]',
        files={"package.json": '{"scripts": {"start": "node server.js", "dev": "nodemon"}}'},
    ),
    Good(
        'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["npm", "run", "dev"]',
        files={"package.json": '{"scripts": {"dev": "node server.js"}}'},
        why="the script starts the program",
    ),
    Good('FROM node:22-slim\nCOPY . .\nCMD ["npm", "start"]', files={"package.json": '{"scripts": []}'}),
    Bad("FROM node:22-slim\nCMD «yarn vite --port 80»"),
    Bad("FROM python:3.12-slim\nCMD «poetry run flask run --debug»"),
    Bad(
        'FROM python:3.12-slim\nCOPY run.sh /\nENTRYPOINT ["«/run.sh»"]',
        files={"run.sh": "#!/bin/sh\npython manage.py migrate\nexec python manage.py runserver 0.0.0.0:80\n"},
        message="`run.sh` runs `manage.py runserver`",
    ),
    Good(
        'FROM python:3.12-slim\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]',
        files={"run.sh": '#!/bin/sh\nif [ -n "$DEBUG" ]; then\n  exec ./manage.py runserver\nfi\nexec gunicorn a\n'},
        why="under a condition",
    ),
    Bad('FROM elixir:1.18\nCMD ["«mix", "phx.server»"]', message="`mix phx.server` is for development"),
    Good('FROM elixir:1.18\nENV MIX_ENV=prod\nCMD ["mix", "phx.server"]'),
    Good("FROM elixir:1.18\nCMD MIX_ENV=prod mix phx.server"),
    Good(
        'FROM node:22-slim\nCMD ["npm", "run", "dev"]',
        options={"built-for-development": True},
        why="a compose file builds it for development",
    ),
    Good("FROM debian:12-slim\nRUN flask run & sleep 1", why="in the build"),
    Good('FROM node:22-slim AS base\nCMD ["npm", "run", "dev"]\nFROM base\nCMD ["node", "a.js"]', why="replaced"),
)
