"""PKG011."""

from __future__ import annotations

import json

from ...model.image_paths import commands_with_directories
from ...syntax.tree import Copy, Run
from ..base import INFO, MEDIUM, Bad, Finding, Good, rule
from ..packages.package_findings import CallPrefix
from ..runtime.started_scripts import copied_source, starting_instructions
from ..stages.development import is_development_file, is_for_development

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall

_MANAGERS = ("npm", "yarn", "pnpm")
_OMITTING = (
    "--omit",
    "--production",
    "--prod",
    "-P",
    "--only",
    "--global",
    "-g",
    "--prefix",
    "-C",
    "--package-lock-only",
)
_SETTINGS = ("NODE_ENV", "NPM_CONFIG_OMIT", "npm_config_omit", "NPM_CONFIG_PRODUCTION", "npm_config_production")


class _Install:
    """An install of all dependencies: its RUN and call, and the directory."""

    __slots__ = ("call", "directory", "run")

    def __init__(self, run: Run, call: PackageCall, directory: str) -> None:
        self.run = run
        self.call = call
        self.directory = directory


@rule(
    "PKG011",
    level=INFO,
    since="0.1",
    confidence=MEDIUM,
    preview=True,
    onbuild=False,
    prefilter=_MANAGERS,
)
def development_dependencies(build: Build) -> Iterator[Finding]:
    """The final image contains the devDependencies of a Node.js project.

    ## Why
    Compilers, bundlers and test frameworks are of no use at run time. Each pull transfers them, and scanners report
    their vulnerabilities.

    ## What to do
    Use `npm ci --omit=dev` in the final stage, or `npm prune --omit=dev` before `node_modules` is copied.

    ## Exceptions
    - Projects whose package.json is not known or names no devDependencies.
    - Programs that are not started by `node` itself, and may need one of them.
    - Installs with NODE_ENV or a similar variable, and directories that are pruned or deleted.
    - Images for development or tests.
    """
    final = build.final_stage
    if final is None or is_for_development(final) or is_development_file(build):
        return
    chain = [final, *final.ancestors]
    if not _starts_node(build, chain):
        return
    for stages, target in _shipped_directories(build, chain):
        for install in _full_installs(build, stages):
            if _contains(target, install.directory) and _names_development(build, stages, install.directory):
                prefix = CallPrefix(install.call)
                yield Finding(
                    f"`{prefix.text}` also installs the devDependencies, which become part of the final image; "
                    "omit or prune them",
                    prefix,
                )
                return


def _starts_node(build: Build, chain: Sequence[Stage]) -> bool:
    """Whether the container runs `node` with a file."""
    starters = starting_instructions(chain)
    commands = [command for starter in starters for command in build.commands(starter)]
    if len(commands) != 1 or commands[0].has("-r", "--require", "--import", "--loader", "--experimental-loader"):
        return False
    return commands[0].name == "node" and len(commands[0].operands()) > 0


def _shipped_directories(build: Build, chain: Sequence[Stage]) -> Iterator[tuple[list[Stage], str]]:
    """The stages whose files are in the final image, with the directory of them that is; "/" for all."""
    yield list(chain), "/"
    for stage in chain:
        for step in stage.instructions:
            flag = step.flag("from") if isinstance(step, Copy) else None
            source = build.source_stage(flag.value, stage) if flag is not None and flag.value else None
            if source is None or not isinstance(step, Copy) or step.flag("exclude") is not None:
                continue
            for word in step.sources:
                path = build.value(step, word)
                if path is not None and path.startswith("/"):
                    yield [source, *source.ancestors], path.rstrip("/").removesuffix("/.") or "/"


def _contains(target: str, directory: str) -> bool:
    """Whether `node_modules` of the directory is in `target` or is it."""
    return target == "/" or f"{directory.rstrip('/')}/node_modules/".startswith(target + "/")


def _full_installs(build: Build, stages: Sequence[Stage]) -> list[_Install]:
    """The installs of all dependencies that nothing after them reduces; `stages` is a stage and its ancestors."""
    return build.cached(("full installs", stages[0].index), lambda: _read_installs(build, stages))


def _read_installs(build: Build, stages: Sequence[Stage]) -> list[_Install]:
    found: list[_Install] = []
    for stage in reversed(stages):
        for step in stage.instructions:
            if isinstance(step, Run):
                _follow(build, step, found)
    return found


def _follow(build: Build, run: Run, found: list[_Install]) -> None:
    """Add the installs of the RUN; empty the list where something is pruned or deleted, or may be."""
    calls = {id(call.command): call for call in build.package_calls(run) if call.manager.name in _MANAGERS}
    script, state = build.script(run), build.state(run)
    is_set = any(name in state.vars or name in state.unknown for name in _SETTINGS)
    for command, directory in commands_with_directories(build, run):
        call = calls.get(id(command))
        if "node_modules" in command.text or "prune" in command.text or command.name.endswith(".sh"):
            found.clear()
        elif call is not None and call.verb == "restore":
            if is_set or call.uncertain or call.has(*_OMITTING) or any(n in call.environment for n in _SETTINGS):
                found.clear()
            elif directory and script.error is False and call.path in ("ci", "install", "i", ""):
                found.append(_Install(run, call, directory))


def _names_development(build: Build, stages: Sequence[Stage], directory: str) -> bool:
    """Whether package.json in the directory is known and has devDependencies."""
    name = copied_source(build, stages, directory.rstrip("/") + "/package.json")
    data = build.context.read(name) if name is not None and build.context is not None else None
    if data is None:
        return False
    try:
        project: Any = json.loads(data)
    except (ValueError, RecursionError):
        return False
    groups: Any = project
    return isinstance(project, dict) and bool(groups.get("devDependencies"))


_PROJECT = {"package.json": '{"devDependencies": {"typescript": "5"}}', "a.js": ""}
_INSTALL = "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\n"

EXAMPLES = (
    Bad(
        _INSTALL + 'RUN «npm ci»\nCOPY . .\nCMD ["node", "a.js"]',
        files=_PROJECT,
        message="`npm ci` also installs the devDependencies",
    ),
    Good(_INSTALL + 'RUN npm ci --omit=dev\nCOPY . .\nCMD ["node", "a.js"]', files=_PROJECT),
    Bad(
        "FROM node:22 AS build\nWORKDIR /app\nCOPY package.json ./\nRUN «npm ci»\nRUN npm run build\n"
        'FROM node:22-slim\nWORKDIR /app\nCOPY --from=build /app ./\nCMD ["node", "a.js"]',
        files=_PROJECT,
    ),
    Bad(
        "FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN «yarn install»\n"
        'FROM node:22-slim\nCOPY --from=build /app/node_modules /app/node_modules\nCMD ["node", "a.js"]',
        files=_PROJECT,
    ),
    Good(
        "FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build && npm prune --omit=dev\n"
        'FROM node:22-slim\nCOPY --from=build /app /app\nCMD ["node", "a.js"]',
        files=_PROJECT,
    ),
    Good(
        "FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n"
        'FROM node:22-slim\nCOPY --from=build /app/dist /app\nCMD ["node", "a.js"]',
        files=_PROJECT,
        why="only what was built",
    ),
    Good(_INSTALL + 'ENV NODE_ENV=production\nRUN npm ci\nCMD ["node", "a.js"]', files=_PROJECT),
    Good(_INSTALL + 'RUN npm ci\nCMD ["node", "a.js"]', files={"package.json": "{}"}, why="there are none"),
    Good(_INSTALL + 'RUN npm ci\nCMD ["node", "a.js"]', why="package.json is not known"),
    Good(_INSTALL + 'RUN npm ci\nCMD ["npx", "ts-node", "a.ts"]', files=_PROJECT, why="it needs one"),
    Good(_INSTALL + 'RUN npm ci\nCMD ["node", "-r", "ts-node/register", "a.ts"]', files=_PROJECT),
    Good(_INSTALL.replace("slim", "slim AS dev") + 'RUN npm ci\nCMD ["node", "a.js"]', files=_PROJECT),
)
