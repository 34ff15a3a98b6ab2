"""COR043."""

from __future__ import annotations

from ...syntax.tree import CopyOrAdd, Run
from ..base import ERROR, Bad, Finding, Good, rule
from ..stages.accounts import is_elevated, unprivileged_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.command import Command

_PREFIX_VARIABLES = (
    "NPM_CONFIG_PREFIX",
    "npm_config_prefix",
    "PREFIX",
    "NPM_CONFIG_USERCONFIG",
    "NVM_DIR",
    "PNPM_HOME",
)
_OTHER_PLACES = ("prefix", ".npmrc", "nvm", "volta", "fnm", "asdf", "mise", "chown", "chmod", "setfacl", "/etc/passwd")
"""Words in a RUN that may give the user another place for global packages, or access to `/usr/local`."""


@rule(
    "COR043",
    level=ERROR,
    since="0.1",
    preview=True,
    onbuild=False,
    prefilter=("npm", "yarn", "corepack"),
)
def global_install_without_root(run: Run, build: Build) -> Iterator[Finding]:
    """`npm install -g`, `yarn global add` or `corepack enable` runs as a user who is not root.

    ## Why
    In the official image of Node.js, global packages are installed in `/usr/local`, where only root may write; the RUN
    fails with the error EACCES.

    ## What to do
    Move the RUN before USER, or set a directory of the user: `ENV NPM_CONFIG_PREFIX=/home/node/.npm-global`, and add
    its `bin` to PATH.

    ## Exceptions
    - Base images other than the official image of Node.js.
    - Another prefix, nvm and the like, and stages in which a RUN changes permissions.
    - Commands with sudo or a similar program.

    ## References
    - [Best practices](https://github.com/nodejs/docker-node)
    """
    stage, state = build.stage_of(run), build.state(run)
    if stage is None or stage.base_ref is None or stage.base_ref.name != "node":
        return
    user = unprivileged_user(build, run)
    if not user or any(name in state.vars or name in state.unknown for name in _PREFIX_VARIABLES):
        return
    for command in build.commands(run):
        shown = _global_change(command)
        if not shown or is_elevated(command) or any(name in _PREFIX_VARIABLES for name, _ in command.assignments):
            continue
        if not any(_changes_place(build, each) for each in (stage, *stage.ancestors)):
            yield Finding(
                f"`{shown}` runs as `{user}`, who may not write to `/usr/local`; run it before USER, or set "
                "`NPM_CONFIG_PREFIX`",
                command,
            )
        return


def _global_change(command: Command) -> str:
    """The command in short if it installs in the directory of global packages, otherwise an empty string."""
    words = [word.value for word in command.operands(("--prefix", "--registry", "--loglevel", "--cache"))]
    verb = words[0] if words else ""
    is_global = command.has("-g", "--global", "--location=global")
    if command.name == "npm" and is_global and verb in ("install", "i", "add", "uninstall", "update", "ci"):
        return "" if command.has("--prefix") else f"npm {verb} -g"
    if command.name == "yarn" and words[:2] == ["global", "add"]:
        return "" if command.has("--prefix") else "yarn global add"
    if command.name == "corepack" and verb == "enable" and not command.has("--install-directory"):
        return "corepack enable"
    return ""


def _changes_place(build: Build, stage: Stage) -> bool:
    """Whether the stage may change where global packages are, or who may write there."""
    return build.cached(("global packages", stage.index), lambda: any(_step_changes(build, stage)))


def _step_changes(build: Build, stage: Stage) -> Iterator[bool]:
    for step in stage.instructions:
        if isinstance(step, Run):
            text = build.script(step).text
            yield any(word in text for word in _OTHER_PLACES)
        elif isinstance(step, CopyOrAdd):
            destination = step.destination.text if step.destination is not None else ""
            sources = " ".join([source.text for source in step.sources])
            yield ".npmrc" in sources or ".npmrc" in destination or destination.startswith("/usr/local")


EXAMPLES = (
    Bad(
        "FROM node:22-slim\nUSER node\nRUN «npm install -g serve»",
        message="`npm install -g` runs as `node`, who may not write to `/usr/local`",
    ),
    Good("FROM node:22-slim\nRUN npm install -g serve\nUSER node"),
    Bad("FROM node:22-slim\nUSER 1000\nRUN npm ci && «yarn global add serve»", message="`yarn global add`"),
    Bad("FROM node:22-slim AS a\nUSER node\nFROM a\nRUN «corepack enable»", message="`corepack enable`"),
    Good("FROM node:22-slim\nENV NPM_CONFIG_PREFIX=/home/node/.npm-global\nUSER node\nRUN npm install -g serve"),
    Good("FROM node:22-slim\nUSER node\nRUN npm config set prefix ~/.npm && npm install -g serve"),
    Good("FROM node:22-slim\nUSER node\nRUN npm install -g serve --prefix /home/node"),
    Good("FROM node:22-slim\nUSER node\nRUN NPM_CONFIG_PREFIX=/home/node/a npm install -g serve"),
    Good("FROM node:22-slim\nRUN chown -R node /usr/local\nUSER node\nRUN npm install -g serve"),
    Good("FROM node:22-slim\nUSER node\nCOPY .npmrc /home/node/\nRUN npm install -g serve"),
    Good("FROM node:22-slim\nUSER node\nRUN sudo npm install -g serve"),
    Good("FROM node:22-slim\nUSER node\nRUN npm install serve && corepack prepare"),
    Good("FROM node:22-slim\nUSER node\nRUN corepack enable --install-directory ~/bin"),
    Good("FROM debian:12\nUSER app\nRUN . ~/.nvm/nvm.sh && npm install -g serve", why="not the image of Node.js"),
)
