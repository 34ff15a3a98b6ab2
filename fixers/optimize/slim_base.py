"""Use the slim variant of the base image, where the stage needs nothing of the full one."""

from __future__ import annotations

import re

from ...model.images.slimmer import find_slim_variant
from ...syntax.tree import Cmd, Entrypoint, Run
from .base.blocks import from_instruction
from .base.copies import read_context_file
from .base.programs import FULL_IMAGE_PROGRAMS, ProgramUsage
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
from .manifests.manifests import install_inputs
from .projects.jre import find_java_images, has_jdk_only, java_start_commands, require_no_java_path, require_no_jdk_use

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    uses = ProgramUsage(build, stage, context, list(stage.instructions))
    missing = uses.packages()
    for package, program in missing.items():
        raise RewriteRejected(f"`{program}` (package {package}) is not in the slim image", uses.programs[program])
    new = _on(build, stage, slim.text)
    return new, [slim_base_step(slim.text)]


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


def _on(build: Build, stage: Stage, image: str) -> str:
    text = build.dockerfile.source.text
    return text[: stage.from_.start] + from_instruction(stage, image) + text[stage.from_.end :]


def _java(build: Build, stage: Stage, context: Context | None, checks: Preconditions) -> tuple[str, list[Step]] | None:
    """Use the JRE for a stage that only copies and starts an existing archive; None for any other stage."""
    runtime = find_java_images(stage.base_ref) if stage.base_ref is not None and has_jdk_only(stage.base_ref) else None
    if runtime is None or context is None or any(isinstance(step, Run) for step in stage.instructions):
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


def python_wheel_tag(tag: str) -> str:
    """The Python version of an image tag as wheels write it: `312` for `3.12-slim`; empty when the tag has none."""
    match = re.match(r"3\.(\d+)", tag)
    return f"3{match[1]}" if match else ""


def packages_without_wheel(lock: str, python: str) -> list[str]:
    """The packages of a poetry.lock or uv.lock without a wheel for this CPython on glibc and x86-64."""
    missing: list[str] = []
    for stanza in lock.split("[[package]]")[1:]:
        name = re.search(r'^name = "([^"]+)"', stanza, re.MULTILINE)
        if name is None or re.search(r"^source = \{ (virtual|editable) ", stanza, re.MULTILINE):
            continue
        wheels = re.findall(r"([\w.+-]+)\.whl", stanza)
        if not any(_fits(wheel, python) for wheel in wheels):
            missing.append(name[1])
    return missing


def _fits(wheel: str, python: str) -> bool:
    """Whether a wheel installs; its name without suffix is name-version[-build]-python-abi-platform (PEP 427)."""
    tags = wheel.split("-")[-3:]
    if len(tags) < 3 or not ("any" in tags[2] or ("manylinux" in tags[2] and "x86_64" in tags[2])):
        return False
    if "py3" in tags[0] or tags[1] == "abi3":
        return True
    return bool(python) and f"cp{python}" in tags[0].split(".")
