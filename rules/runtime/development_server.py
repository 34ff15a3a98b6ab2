"""COR020."""

from __future__ import annotations

from ...syntax.tree import Env
from ..base import MEDIUM, SHIPPED, WARNING, Bad, Finding, Good, rule
from ..stages.development import is_shipped_image
from .development_commands import development_command
from .started_programs import started_programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

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
        what = development_command(build, chain, program)
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
