"""DL3019."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE, Edit, Fix
from ...fixers.edits.shell_commands import remove_command
from ...fixers.edits.word_edits import insert_word_after, replace_word
from ...model.packages.calls import is_mounted
from ...syntax.tree import CommandLine, Run
from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from ..options import pedantic
from ..packages.fixes import following_steps, may_run_manager
from ..packages.leftovers import package_list_paths
from ..packages.package_findings import CallPrefix, calls_leaving_lists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall


@rule("DL3019", level=INFO, since="0.1", aliases=("trivy:DS-0025",), fix=SAFE, prefilter=("apk",), scope=SHIPPED)
def apk_cache(run: Run, build: Build) -> Iterator[Finding]:
    """`apk` leaves its package index in the layer.

    ## Why
    The index only adds size: it becomes outdated, and `apk add --no-cache` downloads it again anyway.

    ## Fix safety
    Safe: `--no-cache` downloads the same index as `apk update` and `-U`. Unsafe if the RUN downloaded the index and an
    unknown script runs later, and in ONBUILD.

    ## Exceptions
    - Installs in an `if` for debugging, development or tests, such as `if [ "$DEBUG" = 1 ]`.
    - No fix if a later call of apk needs the index, or before Alpine 3.3, which introduced the option.
    """
    for call in _without_flag(build, run) if pedantic(build) else calls_leaving_lists(build, run, "apk"):
        if not pedantic(build) and _is_for_debugging(build, run, call):
            continue
        head = CallPrefix(call)
        message = f"`{head.text}` leaves the package index in this layer; {_advice(build, run, call)}"
        yield Finding(message, head, fix=_fix(build, run))


def _is_for_debugging(build: Build, run: Run, call: PackageCall) -> bool:
    """Whether the call is in an `if` whose condition names debugging, development or tests."""
    if "if" not in call.command.context:
        return False
    conditions = [
        command
        for command in build.commands(run)
        if command.start < call.command.start and "condition" in command.context
    ]
    text = conditions[-1].text.lower() if conditions else ""
    return any(word in text for word in ("debug", "dev", "test"))


def _without_flag(build: Build, run: Run) -> list[PackageCall]:
    """The first `apk add` without `--no-cache`, whatever the RUN deletes later; none if its cache is mounted."""
    calls = [call for call in build.package_calls(run) if call.manager.name == "apk" and call.path == "add"]
    targets = build.mount_targets(run, "cache", "tmpfs")
    left = [call for call in calls if not call.has("--no-cache")]
    return [call for call in left if not is_mounted(package_list_paths(call.manager), targets)][:1]


def _advice(build: Build, run: Run, call: PackageCall) -> str:
    if call.verb == "install" and not call.packages and call.path == "add":
        return "delete it, as it installs nothing"
    if call.verb != "update-index":
        return f"use `apk {call.path} --no-cache`"
    later = [
        c.path for c in build.package_calls(run) if c.manager is call.manager and c.command.start > call.command.start
    ]
    return f"omit it: `apk {later[0] if later else 'add'} --no-cache` fetches the index itself"


_SUPPORTED_VERBS = ("install", "upgrade", "update-index", "remove")
_INSTALLING_VERBS = ("install", "upgrade")


def _fix(build: Build, run: Run) -> Fix | None:
    """Remove `apk update` and add `--no-cache` to all installs and upgrades of the RUN."""
    calls = [call for call in build.package_calls(run) if call.manager.name == "apk"]
    verbs = {call.verb for call in calls}
    if verbs.isdisjoint(_INSTALLING_VERBS) or not verbs.issubset(_SUPPORTED_VERBS) or _is_old(build, run):
        return None
    needed = _needed_later(build, run) if any(call.refreshes() for call in calls) else ""
    if needed == "apk":
        return None
    edits: list[Edit] = []
    for call in calls:
        found = _call_edits(build, run, call)
        if found is None:
            return None
        edits += found
    return Fix("Use `--no-cache`", UNSAFE if needed else SAFE, edits, declare_edits=True)


def _call_edits(build: Build, run: Run, call: PackageCall) -> list[Edit] | None:
    """The edits after which the call stores no index; None if it cannot be edited."""
    if call.verb == "update-index":
        return remove_command(build, run, call.command) if _is_bare(call) else None
    if call.verb not in _INSTALLING_VERBS or call.skips_cache():
        return []
    return None if call.uncertain else _no_cache(build, run, call)


def _is_bare(call: PackageCall) -> bool:
    """Whether the call has only flags about its output, unlike `--allow-untrusted`."""
    return all(
        flag in ("-q", "--quiet", "-v", "--verbose", "--no-progress", "--progress") for flag, _, _ in call.options
    )


def _no_cache(build: Build, run: Run, call: PackageCall) -> list[Edit] | None:
    flags = [word for word in call.command.words if word.text in call.manager.flags.refresh]
    if len(flags) == 1:
        return replace_word(build, flags[0], "--no-cache")
    return call.verb_word and insert_word_after(build, run, call.command, call.verb_word, "--no-cache")


def _is_old(build: Build, run: Run) -> bool:
    """Whether the base is Alpine before 3.3, whose apk-tools lack `--no-cache` (added in 2.6.5)."""
    stage = build.stage_of(run)
    ref = stage.base_ref if stage else None
    if ref is None or "alpine" not in ref.repository + (ref.tag or ""):
        return False
    numbers = [part.removeprefix("alpine").lstrip("v").split(".") for part in (ref.tag or "").split("-")]
    return any(number[0] == "2" or (number[0] == "3" and number[1:2] in (["0"], ["1"], ["2"])) for number in numbers)


def _needed_later(build: Build, run: Run) -> str:
    """What uses the index later: "apk", "unknown" if a script may use it, "" if nothing does."""
    found = "" if run.parent is None else "unknown"
    steps = following_steps(build, run)
    if steps is None:
        return "apk"
    for step in steps:
        if not isinstance(step, CommandLine) or step is run:
            continue
        for call in build.package_calls(step):
            if call.manager.name == "apk" and call.verb != "remove":
                return found if call.refreshes() or call.skips_cache() else "apk"
        if isinstance(step, Run) and any(may_run_manager(command, "apk") for command in build.commands(step)):
            found = "unknown"
    return found


EXAMPLES = (
    Bad(
        "FROM alpine:3.20\nRUN «apk update» && apk add curl",
        message="omit it: `apk add --no-cache`",
        fixed="FROM alpine:3.20\nRUN apk add --no-cache curl",
    ),
    Good("FROM alpine:3.20\nRUN apk add --no-cache curl"),
    Bad(
        "FROM alpine:3.20\nRUN «apk update» \\\n && apk upgrade \\\n && apk add a",
        message="`apk upgrade --no-cache`",
        fixed="FROM alpine:3.20\nRUN apk upgrade --no-cache \\\n && apk add --no-cache a",
    ),
    Bad(
        "FROM alpine:3.20\nRUN «apk add» -U curl",
        message="use `apk add --no-cache`",
        fixed="FROM alpine:3.20\nRUN apk add --no-cache curl",
    ),
    Bad(
        "FROM alpine:3.20\nRUN «apk update» --allow-untrusted && apk add a",
        fixed="FROM alpine:3.20\nRUN apk update --allow-untrusted && apk add a",
    ),
    Bad("FROM alpine:3.2\nRUN «apk add» curl", fixed="FROM alpine:3.2\nRUN apk add curl"),
    Bad(
        "FROM alpine:3.20\nRUN «apk add» --update && apk add --no-cache curl",
        message="delete it, as it installs nothing",
    ),
    Good('FROM alpine:3.20\nRUN if [ "$DEBUG" = 1 ]; then apk add gdb; fi'),
    Bad('FROM alpine:3.20\nRUN if [ "$EXTRA" = 1 ]; then «apk add» gdb; fi'),
    Good("FROM alpine:3.20\nRUN apk update && apk add curl && rm -rf /var/cache/apk/*"),
    Bad(
        "FROM alpine:3.20\nRUN --mount=type=cache,target=/root/.npm «apk add» curl",
        options={"pedantic": True},
        why="the cache of npm",
    ),
    Good("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add curl", options={"pedantic": True}),
    Good("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add -U curl"),
    Good(
        "FROM alpine:3.20\nRUN --mount=type=cache,target=/etc/apk/cache apk add curl",
        why="a cache mount",
    ),
    Good('FROM alpine:3.20\nENV APK="--no-cache"\nRUN apk add $APK bash', why="the value of the variable"),
)
