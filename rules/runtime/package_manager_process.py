"""COR022."""

from __future__ import annotations

import re

from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from ..stages.development import is_development_file, is_for_development
from .started_programs import package_script
from .started_scripts import starting_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

_MANAGERS = ("npm", "yarn", "pnpm")
_SCRIPTS = ("start", "serve", "prod", "production", "start:prod", "server")
_OTHER = ("build", "test", "lint", "dev", "start:dev", "develop", "watch", "migrate", "install", "ci", "init")
"""Scripts that end, and those that COR020 reports."""


@rule("COR022", level=INFO, since="0.1", preview=True, onbuild=False, prefilter=_MANAGERS, scope=SHIPPED)
def package_manager_process(build: Build) -> Iterator[Finding]:
    """The container starts its program through npm, Yarn or pnpm.

    ## Why
    The package manager and a shell become the parents of the program. They do not reliably pass signals on, so
    `docker stop` waits ten seconds and kills the program, and they take 50 MB of memory for as long as it runs.

    ## What to do
    Write what the script in package.json runs: `CMD ["node", "server.js"]`.

    ## Exceptions
    - A final stage or a file whose name says that it is for development or tests.
    """
    final = build.final_stage
    if final is None or is_for_development(final) or is_development_file(build):
        return
    chain = [final, *final.ancestors]
    for instruction in starting_instructions(chain):
        commands = build.commands(instruction)
        if len(commands) != 1:
            continue
        command = commands[0]
        arguments = [word.value for word in command.args if not word.value.startswith("-")]
        runs = arguments[:1] in (["run"], ["run-script"])
        script = next(iter(arguments[1:] if runs else arguments), "")
        if command.name not in _MANAGERS or not script or script in _OTHER or (not runs and script not in _SCRIPTS):
            continue
        shown = " ".join([command.name, *arguments[: 2 if runs else 1]])
        text = package_script(build, chain, script)
        is_node = text is not None and _NODE_COMMAND.fullmatch(text)
        remedy = f"start what the script runs: `{text}`" if is_node else "start the program of the script itself"
        yield Finding(f"`{shown}` does not reliably pass signals on; {remedy}", command)


_NODE_COMMAND = re.compile(r"node(?: [\w./:=@-]+)+")


EXAMPLES = (
    Bad('FROM node:22-slim\nCMD ["«npm", "start»"]', message="`npm start` does not reliably pass signals on"),
    Good('FROM node:22-slim\nCMD ["node", "server.js"]'),
    Bad(
        'FROM node:22-slim\nCOPY . .\nCMD ["«npm", "start»"]',
        files={"package.json": '{"scripts": {"start": "node --enable-source-maps dist/main.js"}}'},
        message="start what the script runs: `node --enable-source-maps dist/main.js`",
    ),
    Bad(
        'FROM node:22-slim\nCOPY . .\nCMD ["«npm", "start»"]',
        files={"package.json": '{"scripts": {"start": "PORT=80 next start"}}'},
        message="start the program of the script itself",
    ),
    Bad("FROM node:22-slim\nCMD «npm run start:prod -- --port 80»", message="`npm run start:prod`"),
    Bad('FROM node:22-slim\nENTRYPOINT ["«yarn", "serve»"]'),
    Good('FROM node:22-slim\nCMD ["npm", "run", "dev"]', why="COR020 reports it"),
    Good("FROM node:22-slim\nCMD npm test"),
    Good("FROM node:22-slim\nRUN npm run build", why="in the build"),
    Good('FROM node:22-slim AS dev\nCMD ["npm", "start"]'),
    Good("FROM node:22-slim\nCMD npm run migrate && node a.js", why="the program is started by node"),
    Good('FROM node:22-slim\nENTRYPOINT ["/run.sh"]\nCMD ["node", "a.js"]'),
)
