"""The slim variant of the base image, where nothing that the stage does needs the full one."""

from __future__ import annotations

import re

from ...model.images.slimmer import slimmer
from ...syntax.tree import Cmd, Entrypoint, Run
from .base.blocks import from_line
from .base.copies import read
from .base.programs import FULL_ONLY, Uses
from .base.rewrite import Checks, Idle, Outcome, Refused, Step, attempt, run_on, run_slim
from .base.run_steps import ESSENTIAL
from .manifests.manifests import needed
from .stacks.jre import check_sources, jre, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...model.packages.calls import Call

NAME = "slim-base"
_SHELL = ("cd", "export", "set", "umask", ":", "source", ".")
_TOOLS = frozenset(
    ("pip", "setuptools", "wheel", "poetry", "uv", "pipenv", "virtualenv", "gunicorn", "uvicorn", "flask", "django")
)
"""Distributions that are pure Python, or have wheels for every platform, with all that they need."""
_HARMLESS = frozenset((*ESSENTIAL, *FULL_ONLY, *_SHELL, "python", "python3", "node", "corepack", "openssl"))
"""Programs that both images have, or that are looked for by name."""
_DOCUMENTS = re.compile(r"^(man-db|manpages.*|info|texinfo|locales-all)$|-docs?$")


def rewrite(build: Build, stage: Stage, context: Context | None) -> Outcome:
    """Take the slim base for the final stage when it only copies files and starts what is in both."""
    return attempt(NAME, lambda checks: _rewritten(build, stage, context, checks))


def _rewritten(build: Build, stage: Stage, context: Context | None, checks: Checks) -> tuple[str, list[Step]]:
    ref = stage.ref
    if ref is None or stage.parent is not None or stage.from_.base is None:
        raise Refused("the base is no image that is known", stage.from_)
    slim = slimmer(ref)
    try:
        java = _java(build, stage, context, checks)
    except Refused:
        if slim is None or slim.kind != "slim":
            raise
        java = None
    if java is not None:
        return java
    if (slim is None or slim.kind != "slim") and re.search(r"slim|alpine|-jre", ref.tag or ""):
        raise Idle("the base is slim already")
    if slim is None or slim.kind != "slim":
        raise Refused(f"no slimmer variant of `{ref.text}` is known", stage.from_)
    checks.require(
        "the base is written without variables",
        "$" not in stage.from_.base.text,
        "a variable names the base",
        stage.from_,
    )
    checks.require(
        "the file says what is started",
        ref.name == "debian" or any(isinstance(step, Cmd | Entrypoint) for step in stage.instructions),
        "what is started is not known, and may need what only the full image has",
    )
    for instruction in stage.instructions:
        if isinstance(instruction, Run):
            _check_commands(build, ref.name, instruction)
            calls = [call for call in build.calls(instruction) if call.verb in ("install", "restore", "build")]
            for call in calls:
                if call.manager.ecosystem == "os" or _is_wheel(call):
                    continue
                lock = _lock(build, stage, context, instruction, call)
                if lock is None:
                    raise Refused(f"`{call.command.text[:60]}` may need compilers of the full image", instruction)
                missing = without_wheel(lock, python_of(ref.tag or ""))
                checks.require(
                    "the lock file has a wheel of every package",
                    not missing,
                    f"`{', '.join(missing[:3])}` has no wheel and may need compilers of the full image",
                    instruction,
                )
    if context is None:
        raise Refused("which folder is the build context cannot be told")
    uses = Uses(build, stage, context, list(stage.instructions))
    missing = uses.packages()
    for package, program in missing.items():
        raise Refused(f"`{program}` is not in the slim image (package {package})", uses.found[program])
    new = _on(build, stage, slim.text)
    return new, [run_slim(slim.text)]


def _check_commands(build: Build, name: str, run: Run) -> None:
    """Raise Refused where a RUN may need more of the full image than its tools, which are looked for by name."""
    calls = {id(call.command): call for call in build.calls(run)}
    for command in build.commands(run):
        call = calls.get(id(command))
        if call is not None and call.manager.ecosystem == "os":
            if call.unsure or any(package.kind != "name" for package in call.packages):
                raise Refused(f"what `{command.text[:60]}` installs is only known to the build", run)
            if any(_DOCUMENTS.search(package.name) for package in call.packages):
                raise Refused("it installs documentation, which slim images leave out", run)
        elif call is None and name != "debian" and command.name and command.name not in _HARMLESS:
            raise Refused(f"`{command.text[:60]}` may need what only the full image has", run)


def _on(build: Build, stage: Stage, image: str) -> str:
    text = build.dockerfile.source.text
    return text[: stage.from_.start] + from_line(stage, image) + text[stage.from_.end :]


def _java(build: Build, stage: Stage, context: Context | None, checks: Checks) -> tuple[str, list[Step]] | None:
    """The JRE for a stage that only starts an archive which is there already; None where it is no such stage."""
    runtime = jre(stage.ref) if stage.ref is not None and stage.ref.name in ("eclipse-temurin", "openjdk") else None
    if runtime is None or context is None or any(isinstance(step, Run) for step in stage.instructions):
        return None
    checks.require(
        "the base is written without variables",
        stage.from_.base is not None and "$" not in stage.from_.base.text,
        "a variable names the base",
        stage.from_,
    )
    started(build, stage, checks)
    sources = any(name.endswith((".java", ".kt", ".scala", ".groovy")) for name in context.files())
    checks.require("the context has the sources", sources, "whether the program compiles at run time cannot be seen")
    check_sources(context, checks)
    for package, program in (uses := Uses(build, stage, context, list(stage.instructions))).packages().items():
        raise Refused(f"`{program}` is not in `{runtime.runtime}` (package {package})", uses.found[program])
    risk = "a library that compiles or attaches to Java at run time needs a JDK"
    step = run_on(runtime.runtime, "the runtime of the same version of Java, without the compiler", risk=risk)
    return _on(build, stage, runtime.runtime), [step]


def _is_wheel(call: Call) -> bool:
    """Whether pip installs tools that come as wheels for every Python that is maintained."""
    return (
        call.manager.name == "pip"
        and bool(call.packages)
        and not call.requirements
        and all(package.kind == "name" and package.name.lower() in _TOOLS for package in call.packages)
    )


def _lock(build: Build, stage: Stage, context: Context | None, run: Run, call: Call) -> str | None:
    """The text of the lock file that an install follows; None when there is none."""
    if context is None or call.manager.name not in ("poetry", "uv"):
        return None
    try:
        names = needed(build, stage, context, run)
    except Refused:
        return None
    lock = next((name for name in names if name.endswith(".lock")), None)
    return read(context, lock) if lock else None


def python_of(tag: str) -> str:
    """The version of a Python tag as wheels name it: `312` of `3.12-slim`; empty when the tag says none."""
    match = re.match(r"3\.(\d+)", tag)
    return f"3{match[1]}" if match else ""


def without_wheel(lock: str, python: str) -> list[str]:
    """The packages of a poetry.lock or uv.lock that have no wheel for this CPython on glibc and x86-64."""
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
    """Whether a wheel, without its ending, installs: name-version[-build]-python-abi-platform (PEP 427)."""
    tags = wheel.split("-")[-3:]
    if len(tags) < 3 or not ("any" in tags[2] or ("manylinux" in tags[2] and "x86_64" in tags[2])):
        return False
    if "py3" in tags[0] or tags[1] == "abi3":
        return True
    return bool(python) and f"cp{python}" in tags[0].split(".")
