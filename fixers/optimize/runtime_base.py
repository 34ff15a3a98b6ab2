"""Use the runtime image for a final stage that starts a compiled program on the image of its toolchain."""

from __future__ import annotations

import posixpath
import re

from ...syntax.tree import Cmd, CopyOrAdd, Entrypoint, Onbuild, Run, Shell, Workdir
from .base.blocks import from_instruction, instruction_text, line_of
from .base.copies import read_context_file
from .base.programs import ProgramUsage
from .base.rewrite import RewriteOutcome, RewriteRejected, base_image_step, run_rewrite
from .projects.go_release import debian_release_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage
    from ...model.context import Context
    from .base.rewrite import Preconditions, Step

_SDK = re.compile(r"(mcr\.microsoft\.com/dotnet/)sdk:([5-9]|1\d)\.0(?:\.\d+)?((?:-(?:bookworm-slim|jammy|noble))?)")
"""SDK images that are based on `aspnet` of the same tag. Source: the Dockerfiles in github.com/dotnet/dotnet-docker."""
_RELEASES = ("bullseye", "bookworm", "trixie")
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_ZONES = "/usr/local/go/lib/time/zoneinfo.zip"
_TRUSTED = "# certificates and time zones, where the program looks for them"
_LIBRARY_FLAGS = re.compile(r"-(trimpath|race|msan|asan)\b")
_STARTS = {".go": "os/exec", ".cs": "Process.Start", ".fs": "Process.Start", ".vb": "Process.Start"}
"""What source files use to start other programs."""
_CONDITION = "the final stage only copies a program and starts it"


def has_runtime_base(build: Build, stage: Stage) -> bool:
    """Whether the final stage of several is based on a toolchain whose programs run without it."""
    ref = stage.base_ref
    if len(build.stages) < 2 or stage.parent is not None or ref is None or ref.digest is not None:
        return False
    return ref.name == "golang" or _SDK.fullmatch(stage.image or "") is not None


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Use debian:<release>-slim for a program in Go, and `aspnet` for one in .NET."""
    return run_rewrite("slim-base", lambda checks: _rewritten(build, stage, context, checks))


def _rewritten(build: Build, stage: Stage, context: Context, checks: Preconditions) -> tuple[str, list[Step]]:
    kinds = (Run, Shell, Onbuild)
    other = next((step for step in stage.instructions if isinstance(step, kinds)), None)
    reason = f"a final stage with {other.name if other else ''} may need the toolchain; use a runtime image"
    checks.require(_CONDITION, other is None, reason, other)
    copy, source = _started_copy(build, stage)
    _require_no_programs(build, stage, context)
    dotnet = _SDK.fullmatch(stage.image or "")
    if dotnet is not None:
        image = f"{dotnet[1]}aspnet:{dotnet[2]}.0{dotnet[3]}"
        step = base_image_step(image, "the runtime of the same version and system")
        return _on(build, stage, image, copy, []), [step]
    return _go(build, stage, copy, source, checks)


def _started_copy(build: Build, stage: Stage) -> tuple[CopyOrAdd, Stage]:
    """The copy of the started program from another stage, and that stage. Raises RewriteRejected without one."""
    started = [step for step in stage.instructions if isinstance(step, Cmd | Entrypoint)]
    for step in started:
        for command in build.commands(step):
            words = [word.value for word in command.words]
            program = words[1] if command.name == "dotnet" and len(words) > 1 else next(iter(words), "")
            if command.name == "dotnet" and not program.endswith(".dll"):
                raise RewriteRejected(f"`{' '.join(words)[:60]}` needs the SDK", step)
            paths: Sequence[str | None] = [build.state(step).path(program)]
            if program and "/" not in program and command.name != "dotnet":
                paths = [posixpath.join(folder, program) for folder in _PATH]
            for copy in stage.instructions:
                flag = copy.flag("from") if isinstance(copy, CopyOrAdd) else None
                source = build.source_stage(flag.value or "", stage) if flag is not None else None
                if isinstance(copy, CopyOrAdd) and source is not None and _provides(build, copy, paths):
                    return copy, source
    raise RewriteRejected("the image does not start a program that is copied from another stage", stage.from_)


def _provides(build: Build, copy: CopyOrAdd, paths: Sequence[str | None]) -> bool:
    """Whether a copy puts a file at one of the paths, or a directory above it."""
    target = build.state(copy).path(copy.destination.text) if copy.destination is not None else None
    if target is None:
        return False
    names = {posixpath.join(target, posixpath.basename(word.text.rstrip("/"))) for word in copy.sources} | {target}
    parents = {path.rpartition("/")[0] for path in paths if path}
    return any(path in names for path in paths) or (target in parents and target != "/" and target not in _PATH)


def _require_no_programs(build: Build, stage: Stage, context: Context) -> None:
    """Raise RewriteRejected where the final stage or the program runs programs that the runtime image may lack."""
    uses = ProgramUsage(build, stage, context, list(stage.instructions))
    for package, program in uses.packages().items():
        raise RewriteRejected(f"`{program}` (package {package}) is not in the runtime image", uses.programs[program])
    for name in context.files():
        if name.endswith(tuple(_STARTS)) and not name.endswith("_test.go"):
            started = _STARTS[f".{name.rpartition('.')[2]}"]
            if started in (read_context_file(context, name) or ""):
                raise RewriteRejected(f"`{name}` uses `{started}`, so the program may start others", stage.from_)


def _go(build: Build, stage: Stage, copy: CopyOrAdd, source: Stage, checks: Preconditions) -> tuple[str, list[Step]]:
    ref, facts = stage.base_ref, stage.base_facts
    assert ref is not None
    suite = (facts.suite if facts is not None else None) or debian_release_of(ref.tag or "")
    checks.require(
        "the base image of the final stage is on a known Debian release",
        suite in _RELEASES and "alpine" not in (ref.tag or ""),
        f"the release of `{ref.text}` is unknown; name it in the tag",
        stage.from_,
    )
    runs = [step for step in source.instructions if isinstance(step, Run)]
    texts = [run.logical.text for run in runs]
    state = source.state(len(source.instructions))
    static = state.vars.get("CGO_ENABLED") == "0" or any("CGO_ENABLED=0" in text for text in texts)
    installs = any(call.manager.ecosystem == "os" for run in runs for call in build.package_calls(run))
    of_go = source.base_ref is not None and source.base_ref.name == "golang"
    checks.require(
        "the program is compiled by the Go image and needs no installed library",
        of_go and (static or not installs) and not any(map(_LIBRARY_FLAGS.search, texts)),
        "the libraries or files that the program loads are unknown",
        copy,
    )
    flag = copy.flag("from")
    stage_name = flag.value if flag is not None else ""
    added = [_TRUSTED, *(f"COPY --from={stage_name} {path} {path}" for path in (_CERTIFICATES, _ZONES))]
    image = f"debian:{suite}-slim"
    return _on(build, stage, image, copy, added), [
        base_image_step(image, "the release of the Go image, with the same libc")
    ]


def _on(build: Build, stage: Stage, image: str, copy: CopyOrAdd, added: list[str]) -> str:
    """The file with another base image, the working directory of the old one, and lines after a copy."""
    text = build.dockerfile.source.text
    first = stage.from_
    workdir = stage.state(0).workdir or "/"
    head = from_instruction(stage, image) + (f"\nWORKDIR {workdir}" if _uses_workdir(stage) and workdir != "/" else "")
    end = line_of(text, copy)[1]
    lines = "".join(f"{line}\n" for line in added)
    before = text[first.end : copy.start] + instruction_text(build, copy) + "\n"
    return text[: first.start] + head + before + lines + text[end:]


def _uses_workdir(stage: Stage) -> bool:
    """Whether the working directory of the base image matters: a path before the first WORKDIR is relative to it."""
    for step in stage.instructions:
        if isinstance(step, Workdir):
            return step.value is None or not step.value.text.startswith("/")
        if isinstance(step, CopyOrAdd) and (step.destination is None or not step.destination.text.startswith("/")):
            return True
    return True
