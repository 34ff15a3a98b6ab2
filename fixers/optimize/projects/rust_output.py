"""Where Cargo puts the programs that it compiles, and which of them an image uses."""

from __future__ import annotations

import posixpath

from ....syntax.tree import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....model.build import Build, Stage
    from ....model.packages.calls import PackageCall
    from ..base.run_steps import RunCommand

CARGO_BIN = "/usr/local/cargo/bin"


def profile_of(call: PackageCall) -> str:
    """The profile that Cargo compiles with: "release", "debug", or the name of another."""
    profile = call.value("--profile") or ("release" if call.has("--release", "-r") else "debug")
    profile = "release" if call.path == "install" else profile
    return "debug" if profile == "dev" else profile


def cargo_output(call: PackageCall, directory: str) -> str:
    """The directory that a `cargo build` in `directory`, or a `cargo install`, puts programs in."""
    if call.path == "install":
        return posixpath.join(call.value("--root") or posixpath.dirname(CARGO_BIN), "bin")
    return posixpath.join(directory, "target", call.value("--target") or "", profile_of(call))


def compile_dependencies(call: PackageCall, package: str) -> list[str]:
    """Commands that compile the dependencies of a package with an empty program, which they then remove."""
    words = [word.text for word in call.command.words]
    if call.path == "install":
        words = ["cargo", "build", "--release", *(each for each in ("--locked",) if call.has(each))]
    trace = posixpath.join("target", call.value("--target") or "", profile_of(call), ".fingerprint")
    return ["mkdir src && echo 'fn main() {}' > src/main.rs", " ".join(words), f"rm -r src {trace}/{package}-*"]


def moved_output(build: Build, run: Run, command: RunCommand) -> str:
    """Where a `cp` or `mv` after the build puts the program; "" for another command."""
    operands = [word.value for word in command.command.operands()]
    if command.command.name not in ("cp", "mv") or len(operands) != 2:
        return ""
    target = build.state(run).path(operands[1]) or ""
    program = posixpath.basename(build.state(run).path(operands[0]) or "")
    return posixpath.join(target, program) if target.endswith("/bin") else target


def used_outputs(build: Build, stage: Stage, compiled: Run, made: str) -> Iterator[str]:
    """The paths in the directory `made` that RUNs after the one that compiles name."""
    for run in stage.instructions:
        if isinstance(run, Run) and run.start > compiled.start:
            for command in build.commands(run):
                words = [build.state(run).path(word.value) or "" for word in command.operands()]
                yield from (word for word in words if posixpath.dirname(word) == made)
