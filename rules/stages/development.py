"""Which images are shipped, and which are for development, tests, continuous integration or a tool.

The path of the file, the names of stages, and the files that describe its builds decide. Rules about size, caches,
pinning and users have nothing to say about an image that nobody pulls; what fails or is unsafe counts everywhere.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from itertools import pairwise

from ...syntax.tree import Cmd, CopyOrAdd, Entrypoint, Expose, From
from ..options import built_for_development, code_mounts, pedantic, project_path
from ..runtime.started_scripts import starting_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage

_NAMES = frozenset(
    (
        "dev", "develop", "development", "devel", "devcontainer", "debug", "local", "test", "tests", "testing", "e2e",
        "ci", "lint", "coverage", "tilt", "cypress", "playwright", "fuzz", "fuzzing", "bench", "benchmark",
        "benchmarks", "gitpod", "editable",
    )
)  # fmt: skip
"""Words in the name of a stage or file."""
_BUILDER_NAMES = frozenset(("builder", "buildenv", "buildbase", "toolchain"))
"""Words in the name of a file for an image that only builds something."""
_SHIPPED_NAMES = frozenset(("prod", "production", "release"))
_DIRECTORIES = _NAMES - {"lint", "debug", "local", "bench"} | {
    ".devcontainer", ".devcontainers", ".github", ".gitlab", ".circleci", ".ci", ".gitpod", ".buildkite", ".docker-dev",
    "hack", "tools", "workstation", "workstations",
}  # fmt: skip
"""Directories, at any depth in the repository."""
_DOCUMENTATION = frozenset(
    (
        "doc", "docs", "documentation", "recipe", "recipes", "cookbook", "example", "examples", "sample", "samples",
        "demo", "demos", "tutorial", "tutorials", "quickstart", "quickstarts", "snippets", "fixture", "fixtures",
        "testdata", "mock", "mocks", "playground",
    )
)  # fmt: skip
"""Directories, at any depth, of files that show something or that tests use."""
_DOCUMENTING_NAMES = frozenset(("example", "examples", "sample", "demo"))
"""Words in the name of a file that shows something."""
_TEST_DATA = frozenset(
    ("fixture", "fixtures", "testdata", "linter", "linters", "bad", "good", "valid", "invalid", "golden", "snapshots")
)
"""Directories below one for tests, of files that are there to be checked and never built."""
_NOT_FOR_PRODUCTION = re.compile(
    r"\bnot (?:\w+ ){0,2}for (?:use in )?production\b|\b(?:do not|don't|never) use (?:\w+ ){0,3}in production\b"
    r"|\b(?:for (?:local )?(?:development|tests?|testing)|for (?:local )?(?:development|testing) purposes) only\b"
    r"|\bonly (?:used |meant |intended )?for (?:local )?(?:development|tests?|testing)\b",
    re.IGNORECASE,
)
"""What the comments before the first instruction say of an image that nobody ships."""
_LAST_DIRECTORIES = _DIRECTORIES | _NAMES
_TEST_WORDS = frozenset(("test", "tests", "e2e", "suites", "testsuite"))
_PACKAGING = frozenset(("packaging", "package", "packages", "pkg"))
_PACKAGE_FORMATS = frozenset(("deb", "debian", "rpm", "apk", "snap", "appimage", "arch"))
_COMMON_STAGES = frozenset(("", "base", "build", "builder", "common", "deps", "dependencies"))
"""Names of stages that are only built for others."""
_TEST_COMMANDS = (
    ["cargo", "test"], ["go", "test"], ["npm", "test"], ["yarn", "test"], ["pnpm", "test"], ["bun", "test"],
    ["mvn", "test"], ["dotnet", "test"], ["mix", "test"], ["make", "test"],
)  # fmt: skip
_SEPARATORS = str.maketrans("_.\\/", "----")


def ships(build: Build, stage: Stage) -> bool:
    """Whether the layers of the stage are part of an image that is shipped.

    They are in the final image, and that is not for development, tests or continuous integration, nor a target that
    is only built for other stages. With the option
    `pedantic` each final image counts, as in hadolint.
    """
    if not build.is_shipped(stage):
        return False
    return pedantic(build) or not (
        is_development_file(build)
        or _only_for_development(build, stage)
        or build.cached("intermediate target", lambda: _is_intermediate_target(build))
    )


def is_unshipped(build: Build, stage: Stage | None) -> bool:
    """Whether the file, or the stage in it, is for development, tests, continuous integration or documentation."""
    if is_development_file(build) or build.cached("documentation", lambda: _is_documentation(project_path(build))):
        return True
    return stage is not None and _only_for_development(build, stage)


def is_test_data(build: Build) -> bool:
    """Whether the path of the file shows that tests only read it, so that its mistakes are deliberate."""
    directories = project_path(build).lower().split("/")[:-1]
    first = next((at for at, name in enumerate(directories) if name in _TEST_WORDS), len(directories))
    return not _TEST_DATA.isdisjoint(directories[first + 1 :]) or "testdata" in directories


def is_shipped_image(build: Build) -> bool:
    """Whether the final image is shipped, see `ships`."""
    final = build.final_stage
    return final is not None and ships(build, final)


def is_for_development(stage: Stage) -> bool:
    """Whether the name of the stage, or the first or last word in it, says that it is for development or tests."""
    words = [word.rstrip("0123456789") or word for word in stage.name.translate(_SEPARATORS).split("-")]
    return words[0] in _NAMES or words[-1] in _NAMES


def is_development_file(build: Build) -> bool:
    """Whether the file is not for an image that is shipped.

    Its name or a directory in it says so (Dockerfile.dev, dev.Dockerfile, .devcontainer, tests), the comments before
    the first instruction, all builds of it that other files describe, or what it is based on and starts: an image for
    dev containers, tests. If services mount the source code over its directory, so does having no code of its own, or
    starting a development server.
    """
    return build.cached("development file", lambda: _is_for_development(build))


def _is_for_development(build: Build) -> bool:
    if _is_development_path(project_path(build)) or built_for_development(build):
        return True
    final = build.final_stage
    if final is not None and (_is_dev_container(final) or _runs_tests(build, final) or _is_mounted(build, final)):
        return True
    dockerfile = build.dockerfile
    end = min((each.start for each in dockerfile.instructions), default=0)
    header = (comment.text.lstrip("# ") for comment in dockerfile.comments if comment.start < end)
    return _NOT_FOR_PRODUCTION.search(" ".join(header)) is not None


def _is_dev_container(final: Stage) -> bool:
    """Whether the image is based on one of those for dev containers. Source: github.com/devcontainers/images."""
    return "/devcontainers/" in (final.root.image or "")


def _runs_tests(build: Build, final: Stage) -> bool:
    """Whether the container runs tests: `cargo test`."""
    commands = [each for step in starting_instructions([final, *final.ancestors]) for each in build.commands(step)]
    words = [word.value for word in commands[0].words[:3]] if len(commands) == 1 else []
    return words[:2] in _TEST_COMMANDS or words[:1] in (["pytest"], ["tox"], ["phpunit"])


def _is_mounted(build: Build, final: Stage) -> bool:
    """Whether services mount the source code over the working directory, and the image is of no use without them."""
    directory = final.state(len(final.instructions)).workdir
    mounts = [each.rstrip("/") for each in code_mounts(build)]
    if directory is None or not any(f"{directory}/".startswith(f"{each}/") for each in mounts if each):
        return False
    from ..runtime.development_commands import development_command
    from ..runtime.started_programs import started_programs

    chain = [final, *final.ancestors]
    if any(development_command(build, chain, program) for program in started_programs(build, chain)):
        return True
    copied = [step for stage in chain for step in stage.instructions if isinstance(step, CopyOrAdd)]
    return not any(_brings_code(build, step, directory) for step in copied)


def _brings_code(build: Build, step: CopyOrAdd, directory: str) -> bool:
    """Whether the instruction copies something else than manifests into the directory, or into an unknown one."""
    target = build.state(step).path(step.destination.text) if step.destination is not None else None
    if target is not None and target != "/" and not f"{target}/".startswith(f"{directory}/"):
        return False
    from ...model.packages.managers import MANAGERS

    patterns = {name for manager in MANAGERS for name in (*manager.manifests, *manager.locks)}
    names = [source.text.rstrip("/").rpartition("/")[2] for source in step.sources]
    return not all(any(fnmatchcase(name, pattern) for pattern in patterns) for name in names)


def _is_development_path(path: str) -> bool:
    *directories, name = path.replace("\\", "/").lower().split("/")
    words = name.translate(_SEPARATORS).split("-")
    if not _SHIPPED_NAMES.isdisjoint((*words, *directories)):
        return False
    if len(words) > 1 and not (_NAMES | _BUILDER_NAMES).isdisjoint(words):
        return True
    return bool(directories) and (directories[-1] in _LAST_DIRECTORIES or _is_development_directory(directories))


def _is_development_directory(directories: Sequence[str]) -> bool:
    if not _DIRECTORIES.isdisjoint(directories):
        return True
    if any(_TEST_WORDS.intersection(each.translate(_SEPARATORS).split("-")[-1:]) for each in directories):
        return True
    pairs = list(pairwise(directories))
    if ("compose", "local") in pairs:
        return True  # the layout of cookiecutter-django
    return any(outer in _PACKAGING and inner in _PACKAGE_FORMATS for outer, inner in pairs)


def _is_documentation(path: str) -> bool:
    *directories, name = path.replace("\\", "/").lower().split("/")
    if not _DOCUMENTING_NAMES.isdisjoint(name.translate(_SEPARATORS).split("-")[1:]):
        return True
    return not _DOCUMENTATION.isdisjoint(directories) and _SHIPPED_NAMES.isdisjoint(directories)


def _is_intermediate_target(build: Build) -> bool:
    """Whether the target starts nothing of its own and another stage copies from it: it is built for a cache."""
    final = build.final_stage
    if final is None or final is build.stages[-1]:
        return False
    steps = (step for stage in (final, *final.ancestors) for step in stage.instructions)
    if any(isinstance(step, (Cmd, Entrypoint, Expose)) for step in steps):
        return False
    later = build.stages[final.index + 1 :]
    return any(
        source is final and not isinstance(where, From)
        for stage in later
        for source, where in build.stage_dependencies(stage)
    )


def _only_for_development(build: Build, stage: Stage) -> bool:
    """Whether the stage is for development, or common to stages that all are."""
    if is_for_development(stage):
        return True
    final = build.final_stage
    if final is None or not is_for_development(final) or stage.name not in _COMMON_STAGES:
        return False
    return all(is_for_development(each) or each.name in _COMMON_STAGES for each in stage.descendants)
