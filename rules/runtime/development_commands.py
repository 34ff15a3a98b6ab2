"""Commands that start a development server."""

from __future__ import annotations

import re

from .started_programs import MANAGERS, package_script, script_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

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


def development_command(build: Build, chain: Sequence[Stage], program: StartedProgram) -> str:
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
