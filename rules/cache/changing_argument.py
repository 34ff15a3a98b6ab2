"""OPT021."""

from __future__ import annotations

from ...model.layers import slow_step
from ...syntax.expand import variables
from ...syntax.tree import Arg, Env, Run
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.tree import Instruction, Pair

_CHANGING = frozenset(
    ("commit", "sha", "sha1", "revision", "rev", "vcs_ref", "git_ref", "build_date", "builddate", "date", "created",
     "timestamp", "build_time", "buildtime", "build_timestamp", "build_number", "build_id", "buildid", "buildnumber",
     "git_hash", "git_branch", "ci_commit", "build_version", "app_version", "git_describe", "git_tag", "vcs_url",
     "git_version", "build_num", "build_rev", "build_revision", "release_date", "build_sha")
)  # fmt: skip
_ENDINGS = ("_commit", "_sha", "_revision", "_vcs_ref", "_build_date", "_git_hash", "_build_number", "_timestamp")
_BEGINNINGS = ("git_commit", "git_sha", "git_rev", "commit_", "ci_commit", "github_sha", "vcs_ref")
_SOURCES = ("src", "source", "clone", "checkout", "upstream")


@rule("OPT021", level=WARNING, since="0.1", onbuild=False)
def changing_argument(stage: Stage, build: Build) -> Iterator[Finding]:
    """A build argument that changes with every build stands before expensive steps that do not need it.

    ## Why
    Every RUN behind an `ARG` sees it as a variable, so a new value (a commit, a date, a build number) runs all of them
    again: the packages are installed anew in every build. An `ENV` that takes the value over does the same. A LABEL
    alone does not; it changes only the image's configuration.

    ## What to do
    Declare the argument just before the first instruction that uses it, at the end of the stage.
    """
    instructions = stage.instructions
    for index, instruction in enumerate(instructions):
        if not isinstance(instruction, Arg):
            continue
        for pair in instruction.pairs:
            if _changes(pair, build) and (found := _wasted(build, instructions[index + 1 :], pair.key.text)):
                run, what = found
                yield Finding(
                    f"`{pair.key.text}` changes with every build, so `{what}` on line {run.start_line} and all steps "
                    "behind it run again each time; declare it after them, just before its first use",
                    pair.key,
                    related=[(run, "runs again in every build")],
                )


def _changes(pair: Pair, build: Build) -> bool:
    """Whether the name says that every build gives it another value. A pinned default is a version to be fetched."""
    name = pair.key.text.lower()
    default = pair.value.text.strip("\"'") if pair.value else ""
    if any(part in name for part in _SOURCES):
        return False
    if name not in _CHANGING and not name.endswith(_ENDINGS) and not name.startswith(_BEGINNINGS):
        return False
    inherited = build.global_args.get(pair.key.text) or ""
    return not any(_is_pin(value) for value in (default, inherited))


def _is_pin(value: str) -> bool:
    """Whether a default names a certain commit or release: it is what the build fetches, not who it is."""
    lowered = value.lower()
    return len(value) >= 3 and lowered not in (
        "unknown",
        "none",
        "dev",
        "local",
        "development",
        "latest",
        "head",
        "n/a",
        "not set",
        "unset",
        "undefined",
        "snapshot",
        "main",
        "master",
        "null",
        "0.0.0",
    )


def _wasted(build: Build, behind: Sequence[Instruction], name: str) -> tuple[Run, str] | None:
    """The first expensive RUN before any use of the variable, and what is expensive in it."""
    for instruction in behind:
        if _uses(instruction, name):
            return None if not isinstance(instruction, Env) else _wasted_by_env(build, behind, instruction, name)
        if isinstance(instruction, Run):
            what = slow_step(build, instruction)
            if what:
                return instruction, what
    return None


def _wasted_by_env(build: Build, behind: Sequence[Instruction], env: Env, name: str) -> tuple[Run, str] | None:
    """The same behind an ENV that takes the value over: its own names count as uses then."""
    names = [name, *(pair.key.text for pair in env.pairs if pair.value and name in pair.value.text)]
    at = next(i for i, instruction in enumerate(behind) if instruction is env)
    for instruction in behind[at + 1 :]:
        if any(_uses(instruction, each) for each in names):
            return None
        if isinstance(instruction, Run):
            what = slow_step(build, instruction)
            if what:
                return instruction, what
    return None


def _uses(instruction: Instruction, name: str) -> bool:
    text = instruction.logical.text
    if name in text and any(used == name for used, _, _ in variables(text.replace("'", " "))):
        return True
    return any(name in heredoc.body for heredoc in instruction.heredocs)


EXAMPLES = (
    Bad("ARG «GIT_COMMIT»\nRUN apt-get update && apt-get install -y curl\nLABEL commit=$GIT_COMMIT"),
    Bad("ARG «BUILD_DATE»\nENV BUILT=$BUILD_DATE\nRUN pip install -r requirements.txt", message="`pip install`"),
    Good("RUN apt-get update && apt-get install -y curl\nARG GIT_COMMIT\nLABEL commit=$GIT_COMMIT"),
    Good("ARG GIT_COMMIT\nRUN make VERSION=$GIT_COMMIT", why="the step needs it"),
    Good("ARG NODE_VERSION=22\nRUN apt-get install -y nodejs=$NODE_VERSION", why="changes when a person changes it"),
    Good("ARG LIB_COMMIT=4f0e1c2\nRUN apt-get install -y git", why="a pinned commit of something that is fetched"),
    Good("ARG GIT_COMMIT\nLABEL commit=$GIT_COMMIT\nCMD a", why="nothing expensive behind it"),
)
