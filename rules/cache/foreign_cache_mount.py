"""OPT025."""

from __future__ import annotations

from ...model.packages.calls import is_mounted
from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.tree import Run
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.leftovers import call_cache_paths
from ..stages.accounts import is_elevated, unprivileged_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...model.build import Build, Stage
    from ...syntax.tree import Flag

_DEFAULT_MODE = 0o755
"""Source: docs.docker.com/reference/dockerfile/#run---mounttypecache, as are root as the owner and group."""


@rule("OPT025", level=WARNING, since="0.1", onbuild=False, preview=True, prefilter=("type=cache",))
def foreign_cache_mount(run: Run, build: Build) -> Iterator[Finding]:
    """A cache mount is useless for the user of the RUN: it is in the home directory of another user, or not writable.

    ## Why
    A new cache belongs to root and only root may write to it, and nobody but root may enter `/root`. npm and other
    package managers then fail, or download everything again. If root installs, the cache in the home directory of
    another user stays empty.

    ## What to do
    Mount the cache directory of the user who runs the command, and make the user its owner:
    `--mount=type=cache,target=/home/node/.npm,uid=1000,gid=1000`.

    ## Exceptions
    - Users that are not known, and RUNs with sudo or a similar program.
    - Caches that are filled from a stage (`from=`), and directories whose permissions a RUN changes.

    ## References
    - [RUN --mount](https://docs.docker.com/reference/dockerfile/)
    """
    mounts = [(flag, fields) for flag in run.flags if (fields := _cache_fields(flag))]
    if not mounts or any(is_elevated(command) for command in build.commands(run)):
        return
    user = unprivileged_user(build, run)
    for flag, fields in mounts:
        target = build.state(run).value(fields.get("target") or fields.get("dst") or fields.get("destination") or "")
        if not target or not target.startswith("/"):
            continue
        message = _useless_for(user, target, fields, build, run) if user else _unused_by_root(target, build, run)
        if message:
            yield Finding(message, flag)


def _cache_fields(flag: Flag) -> Mapping[str, str | None]:
    """The fields of a cache mount, empty for another mount."""
    fields = dict(parse_mount_fields(flag.value or "") or ()) if flag.name == "mount" else {}
    return fields if (fields.get("type") or "").lower() == "cache" else {}


def _useless_for(user: str, target: str, fields: Mapping[str, str | None], build: Build, run: Run) -> str:
    """The message about a cache that a user other than root cannot reach or write, or an empty string."""
    name = user.partition(":")[0]
    if (target.rstrip("/") + "/").startswith("/root/"):
        if _permissions_change("/root", build, run):
            return ""
        return f"`{name}` cannot access `{target}`; mount the cache in a directory of `{name}`"
    owner, mode = fields.get("uid"), fields.get("mode")
    if "from" in fields or "gid" in fields or not _is_number(owner, 10) or not _is_number(mode, 8):
        return ""
    if int(mode or oct(_DEFAULT_MODE), 8) & 0o002:
        return ""
    if owner not in (None, "0") and (not name.isdecimal() or int(name) == int(owner)):
        return ""
    if _permissions_change(target.rstrip("/"), build, run):
        return ""
    number = name if name.isdecimal() else f"<ID of {name}>"
    whose = f"user {owner}" if owner not in (None, "0") else "root"
    remedy = f"use `uid={number}`" if owner is not None else f"add `uid={number}`"
    return f"the cache `{target}` belongs to {whose}, and `{name}` cannot write to it; {remedy}"


def _is_number(text: str | None, base: int) -> bool:
    """Whether it is a number, or missing."""
    return text is None or (text.isdecimal() and (base == 10 or not set(text) & set("89")))


def _permissions_change(path: str, build: Build, run: Run) -> bool:
    """Whether a RUN of the stage changes the owner or mode of something whose path begins like that."""
    stage = build.stage_of(run)
    for each in (stage, *stage.ancestors) if stage is not None else ():
        changes = build.cached(("changed permissions", each.index), lambda each=each: _changed_permissions(build, each))
        if path in changes:
            return True
    return False


def _changed_permissions(build: Build, stage: Stage) -> str:
    """The text of all commands of the stage that change owners or modes."""
    runs = [each for each in stage.instructions if isinstance(each, Run)]
    changing = ("chown", "chmod", "setfacl")
    return "\n".join(c.text for run in runs for c in build.commands(run) if c.name in changing)


def _unused_by_root(target: str, build: Build, run: Run) -> str:
    """The message about a cache in the home directory of a user, while root installs, or an empty string."""
    state = build.state(run)
    known = state.user is not None and state.user.partition(":")[0] in ("root", "0")
    if not known or not target.startswith("/home/") or "HOME" in state.vars or "HOME" in state.unknown:
        return ""
    tail = target.rstrip("/").removeprefix("/home/").partition("/")[2]
    for call in build.package_calls(run):
        variables = [cache.variable.partition("/")[0] for cache in call.manager.caches]
        if any(variable in state.unknown for variable in variables) or "HOME" in call.environment:
            continue
        places = call_cache_paths(call, state)
        mine = f"/root/{tail}"
        used = any(place == mine or place.startswith(mine + "/") for place in places)
        if tail and used and not is_mounted(places, build.mount_targets(run, "cache"), "/root"):
            return f"root runs `{call.program}`, which uses `{mine}`, not the cache `{target}`; use `target={mine}`"
    return ""


EXAMPLES = (
    Bad(
        "FROM node:22-slim\nUSER node\nRUN «--mount=type=cache,target=/root/.npm» npm ci",
        message="`node` cannot access `/root/.npm`",
    ),
    Good("FROM node:22-slim\nUSER node\nRUN --mount=type=cache,target=/home/node/.npm,uid=1000,gid=1000 npm ci"),
    Bad(
        "FROM node:22-slim\nUSER 1000\nRUN «--mount=type=cache,target=/home/node/.npm» npm ci",
        message="belongs to root, and `1000` cannot write to it; add `uid=1000`",
    ),
    Bad(
        "USER 1001\nRUN «--mount=type=cache,uid=1000,target=/cache» make",
        message="belongs to user 1000, and `1001` cannot write to it; use `uid=1001`",
    ),
    Bad("USER app\nRUN «--mount=type=cache,target=/cache,mode=0755» make", message="add `uid=<ID of app>`"),
    Bad(
        "FROM node:22-slim\nRUN «--mount=type=cache,target=/home/node/.npm» npm ci",
        message="root runs `npm`, which uses `/root/.npm`",
    ),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/root/.npm npm ci"),
    Good("FROM node:22-slim\nENV HOME=/home/node\nRUN --mount=type=cache,target=/home/node/.npm npm ci"),
    Good("FROM node:22-slim\nENV NPM_CONFIG_CACHE=/home/node/x\nRUN --mount=type=cache,target=/home/node/x npm ci"),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/home/node/.npm npm ci --cache /home/node/.npm"),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/home/node/.npm HOME=/home/node npm ci"),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/home/node/.npm make"),
    Good("USER app\nRUN --mount=type=cache,target=/cache,mode=0777 make", why="everyone may write"),
    Good("USER app\nRUN --mount=type=cache,target=/cache,uid=1000 make", why="the ID of `app` is not known"),
    Good("ARG ID\nUSER app\nRUN --mount=type=cache,target=/cache,uid=$ID make"),
    Good("FROM debian:12 AS a\nFROM debian:12\nUSER app\nRUN --mount=type=cache,from=a,target=/cache make"),
    Good("USER app\nRUN --mount=type=cache,target=/root/.npm sudo npm ci"),
    Good("RUN --mount=type=cache,target=/cache chmod 777 /cache\nUSER app\nRUN --mount=type=cache,target=/cache make"),
    Good("FROM example.com/base\nRUN --mount=type=cache,target=/root/.npm npm ci", why="an unknown user"),
    Good("USER app\nRUN --mount=type=bind,target=/src make", why="not a cache"),
)
