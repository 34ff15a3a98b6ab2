"""Use the slim variant of the base image, where the stage needs nothing of the full one."""

from __future__ import annotations

import posixpath
import re

from ...model.images.slimmer import find_slim_variant
from ...syntax.tree import Cmd, Entrypoint, Run
from .base.blocks import apt_install_instruction, from_instruction
from .base.copies import read_context_file
from .base.programs import (
    FULL_IMAGE_PROGRAMS,
    ProgramUsage,
)
from .base.rewrite import (
    NO_CONTEXT,
    NothingToDo,
    Preconditions,
    RewriteOutcome,
    RewriteRejected,
    Step,
    base_image_step,
    run_rewrite,
    slim_base_step,
)
from .base.run_steps import ESSENTIAL_PROGRAMS
from .base.system import APT_INSTALL, require_package_archive
from .manifests.manifests import install_inputs
from .manifests.node_lock import locked_packages
from .manifests.python_lock import packages_without_wheel, python_wheel_tag
from .manifests.stage_packages import installs_built_wheels
from .projects.jre import (
    find_java_images,
    has_jdk_only,
    is_java_image,
    java_start_commands,
    require_no_java_path,
    require_no_jdk_use,
)
from .stage_needs import stage_needs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...model.packages.calls import PackageCall

NAME = "slim-base"
_SHELL = ("cd", "export", "set", "umask", ":", "source", ".")
_TOOLS = frozenset(
    ("pip", "setuptools", "wheel", "poetry", "uv", "pipenv", "virtualenv", "gunicorn", "uvicorn", "flask", "django")
)
"""Python packages that are pure Python or have wheels for every platform, as have their dependencies."""
_HARMLESS = frozenset(
    (*ESSENTIAL_PROGRAMS, *FULL_IMAGE_PROGRAMS, *_SHELL, "python", "python3", "node", "corepack", "openssl")
)
"""Programs that both images have, or whose package is known."""
_COMPILING = frozenset("autoconf automake build-essential default-libmysqlclient-dev dpkg-dev libpq-dev make".split())
"""Packages of programs that are only useful together with compilers."""
_DOCUMENTS = re.compile(r"^(man-db|manpages.*|info|texinfo|locales-all)$|-docs?$")


def rewrite(build: Build, stage: Stage, context: Context | None) -> RewriteOutcome:
    """Use the slim variant for the final stage when everything it runs is in the slim image."""
    return run_rewrite(NAME, lambda checks: _rewritten(build, stage, context, checks))


def _rewritten(build: Build, stage: Stage, context: Context | None, checks: Preconditions) -> tuple[str, list[Step]]:
    ref = stage.base_ref
    if stage.parent is not None:
        raise NothingToDo("the final stage is based on another stage", stage.from_)
    if ref is None or stage.from_.base is None:
        raise RewriteRejected("the base image is unknown; write it as a literal in FROM", stage.from_)
    slim = find_slim_variant(ref)
    try:
        java = _java(build, stage, context, checks)
    except RewriteRejected:
        if slim is None or slim.kind != "slim":
            raise
        java = None
    if java is not None:
        return java
    if (slim is None or slim.kind != "slim") and re.search(r"slim|alpine|-jre", ref.tag or ""):
        raise NothingToDo("the base image is already slim")
    if slim is None or slim.kind != "slim":
        raise NothingToDo(f"no slimmer variant of `{ref.text}` is known", stage.from_)
    checks.require(
        "FROM has no variables",
        "$" not in stage.from_.base.text,
        "the base image is set by a variable; write it as a literal in FROM",
        stage.from_,
    )
    checks.require(
        "the file defines what the image runs",
        ref.name == "debian" or any(isinstance(step, Cmd | Entrypoint) for step in stage.instructions),
        "without CMD and ENTRYPOINT it is unknown what the image runs; add one of them",
    )
    for instruction in stage.instructions:
        if isinstance(instruction, Run):
            _check_commands(build, ref.name, instruction)
            _check_installs(build, stage, context, instruction, checks)
    if context is None:
        raise RewriteRejected(NO_CONTEXT)
    if ref.name == "debian":
        return _on(build, stage, slim.text), [slim_base_step(slim.text)]
    facts = stage.base_facts
    release = facts.suite if facts is not None and facts.suite and facts.suite in (ref.tag or "") else None
    packages = stage_needs(build, stage, context, release)
    compiling = next((by for package, by in packages.items() if package in _COMPILING), "")
    checks.require("nothing compiles", not compiling, f"`{compiling}` may need the compilers of the full image")
    steps = [slim_base_step(slim.text)]
    if packages:
        if not _calls_apt(build, stage):
            require_package_archive(stage, slim.text, release)
        why = ", ".join(f"`{package}` for `{by}`" for package, by in packages.items())
        steps.append(Step("Install the packages that only the full image contains", why))
    return _on(build, stage, slim.text, packages), steps


def _check_commands(build: Build, name: str, run: Run) -> None:
    """Raise RewriteRejected where a RUN may need something of the full image other than the known programs."""
    calls = {id(call.command): call for call in build.package_calls(run)}
    for command in build.commands(run):
        call = calls.get(id(command))
        if call is not None and call.manager.ecosystem == "os":
            if call.uncertain or any(package.kind != "name" for package in call.packages):
                raise RewriteRejected(
                    f"the packages that `{command.text[:60]}` installs are unknown; list their names", run
                )
            documents = next((each.name for each in call.packages if _DOCUMENTS.search(each.name)), "")
            if documents:
                raise RewriteRejected(f"`{documents}` is documentation, which slim images exclude", run)
        elif call is None and name != "debian" and command.name and command.name not in _HARMLESS:
            raise RewriteRejected(f"`{command.text[:60]}` may need something that only the full image has", run)


def _check_installs(build: Build, stage: Stage, context: Context | None, run: Run, checks: Preconditions) -> None:
    """Raise RewriteRejected where an install of a RUN may compile."""
    for call in build.package_calls(run):
        if call.verb not in ("install", "restore", "build") or call.manager.ecosystem == "os" or _is_wheel(call):
            continue
        if installs_built_wheels(build, stage, run, call) or _only_unpacks(build, stage, context, run, call):
            continue
        lock = _lock(build, stage, context, run, call)
        if lock is None:
            raise RewriteRejected(f"`{call.command.text[:60]}` may need the compilers of the full image", run)
        tag = stage.base_ref.tag if stage.base_ref is not None else None
        missing = packages_without_wheel(lock, python_wheel_tag(tag or ""))
        checks.require(
            "every locked package has a wheel",
            not missing,
            f"no wheel for `{', '.join(missing[:3])}`, which may need the compilers of the full image",
            run,
        )


def _calls_apt(build: Build, stage: Stage) -> bool:
    """Whether a RUN of the stage installs with apt."""
    runs = [step for step in stage.instructions if isinstance(step, Run)]
    return any(call.manager.family == "apt" for run in runs for call in build.package_calls(run))


def _on(build: Build, stage: Stage, image: str, packages: Collection[str] = ()) -> str:
    """The file with another base image of the stage, and a RUN that installs `packages` before all that may use them.

    A stage starts as root.
    """
    text = build.dockerfile.source.text
    start, rest = text[: stage.from_.start] + from_instruction(stage, image), text[stage.from_.end :]
    if not packages:
        return start + rest
    install = apt_install_instruction(APT_INSTALL, packages)
    return f"{start}\n\n{install}\n{'' if rest.startswith(chr(10) * 2) else chr(10)}{rest.removeprefix(chr(10))}"


def _java(build: Build, stage: Stage, context: Context | None, checks: Preconditions) -> tuple[str, list[Step]] | None:
    """Use the JRE for a stage that only copies and starts an existing archive; None for any other stage."""
    ref = stage.base_ref
    if ref is None or context is None or any(isinstance(step, Run) for step in stage.instructions):
        return None
    # Another stage may build what this one starts on an image of Maven or Gradle.
    runtime = find_java_images(ref) if has_jdk_only(ref) or (len(build.stages) > 1 and is_java_image(ref)) else None
    if runtime is None or (runtime.builder and not has_jdk_only(ref)):
        return None
    checks.require(
        "FROM has no variables",
        stage.from_.base is not None and "$" not in stage.from_.base.text,
        "the base image is set by a variable; write it as a literal in FROM",
        stage.from_,
    )
    java_start_commands(build, stage, checks)
    sources = any(name.endswith((".java", ".kt", ".scala", ".groovy")) for name in context.files())
    checks.require(
        "the build context contains the sources",
        sources,
        "the build context does not contain the sources, so it is unknown whether the program compiles at run time",
    )
    require_no_jdk_use(context, checks)
    require_no_java_path(stage, checks)
    for package, program in (uses := ProgramUsage(build, stage, context, list(stage.instructions))).packages().items():
        raise RewriteRejected(f"`{program}` (package {package}) is not in the JRE image", uses.programs[program])
    risk = "a library that compiles code or attaches to the JVM at run time needs a JDK"
    step = base_image_step(runtime.runtime, runtime.reason, risk=risk)
    return _on(build, stage, runtime.runtime), [step]


def _is_wheel(call: PackageCall) -> bool:
    """Whether pip only installs packages that have wheels for every maintained Python."""
    return (
        call.manager.name == "pip"
        and bool(call.packages)
        and not call.requirements
        and all(package.kind == "name" and package.name.lower() in _TOOLS for package in call.packages)
    )


def _only_unpacks(build: Build, stage: Stage, context: Context | None, run: Run, call: PackageCall) -> bool:
    """Whether npm installs packages that run no scripts, as its lock file says since version 2."""
    if context is None or call.manager.name != "npm" or call.packages or call.uncertain:
        return False
    try:
        names = install_inputs(build, stage, context, run)
    except RewriteRejected:
        return False
    directory = posixpath.dirname(next((name for name in names if posixpath.basename(name) == "package.json"), ""))
    locked = locked_packages(context, directory)
    return bool(locked) and all(package.only_files for package in locked.values())


def _lock(build: Build, stage: Stage, context: Context | None, run: Run, call: PackageCall) -> str | None:
    """The text of the lock file that an install uses; None without one."""
    if context is None or call.manager.name not in ("poetry", "uv"):
        return None
    try:
        names = install_inputs(build, stage, context, run)
    except RewriteRejected:
        return None
    lock = next((name for name in names if name.endswith(".lock")), None)
    return read_context_file(context, lock) if lock else None
