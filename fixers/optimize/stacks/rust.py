"""Rust: the program is compiled in a stage with the toolchain, and runs on the Debian release it was compiled on."""

from __future__ import annotations

import posixpath
import re

from ....model.packages.runtime_libraries import runtime_libraries_for
from ....model.toml_text import parse_toml
from ....syntax.tree import Arg, Cmd, CopyOrAdd, Entrypoint, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import from_instruction, instruction_text, instruction_with_comments, write_two_stages
from ..base.copies import context_copies, context_path, read_context_file
from ..base.programs import require_start_command
from ..base.rewrite import Preconditions, RewriteOutcome, RewriteRejected, Step, base_image_step, run_rewrite
from ..base.system import AptInstall, runtime_install
from ..order.cache_order import manifest_copies
from ..split.stage_facts import (
    NAME,
    base_text,
    copy_from_build,
    is_from_context,
    quoted,
    reject_instruction,
    require_plain_base,
    require_workdir,
    with_release,
)
from .compiled import CompiledSplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand

CARGO_BIN = "/usr/local/cargo/bin"
_SUITES = ((71, 88, "bookworm"), (56, 69, "bullseye"))
"""The Debian releases of tags without one: from Rust 1.x to 1.y. Source: the history of docker-library/rust."""
_RELEASES = ("bullseye", "bookworm", "trixie")
_ALWAYS = ("ca-certificates", "tzdata")
"""What the full image has and programs load: certificates and time zones."""
_LIBRARIES = {
    "alsa-sys": "libasound2-dev",
    "curl-sys": "libcurl4-openssl-dev",
    "libdbus-sys": "libdbus-1-dev",
    "libsodium-sys": "libsodium-dev",
    "libsqlite3-sys": "libsqlite3-dev",
    "libudev-sys": "libudev-dev",
    "mysqlclient-sys": "default-libmysqlclient-dev",
    "openssl-sys": "libssl-dev",
    "pcsc-sys": "libpcsclite-dev",
    "pq-sys": "libpq-dev",
    "yeslogic-fontconfig-sys": "libfontconfig-dev",
}
"""Crates that may link to a library of the system, and its -dev package. Source: their build scripts."""
_STATIC = frozenset(
    """aws-lc-sys brotli-sys bzip2-sys clang-sys dirs-sys dirs-sys-next jemalloc-sys libgit2-sys libmimalloc-sys
    libssh2-sys libwebp-sys libz-sys libz-ng-sys linux-raw-sys lmdb-rkv-sys lmdb-master-sys lmdb-sys lz4-sys lzma-sys
    mozjpeg-sys tikv-jemalloc-sys tracy-client-sys inotify-sys ring zstd-sys secp256k1-sys rdkafka-sys onig_sys
    librocksdb-sys""".split()
)
"""Crates that compile their library in, or link to one that every Debian image has."""
_OTHER_SYSTEMS = re.compile(
    r"(windows|winapi|web|js|core-|security-framework|system-configuration|fsevent|kqueue|mach|ndk|jni|android|objc|"
    r"wasi|coreaudio|coremidi|cocoa|metal|wayland)[\w-]*-sys$|(windows|web|js)-sys$"
)
"""Crates that link to libraries of other systems. Source: their names."""
_LINKED = frozenset(("opencv", "pyo3-ffi", "magick_rust", "libxml", "mlua-sys", "v8", "hdf5-metno-sys"))
"""Crates that link to libraries of the system which are not known here."""
_MOVES_OUTPUT = ("--target-dir", "--manifest-path", "--out-dir", "--artifact-dir", "-C", "--config", "-Z")
_CHOOSES_TARGET = ("--bin", "-p", "--package", "--workspace", "--all", "--example", "--profile")
_SPECIAL_TABLES = frozenset(("workspace", "lib", "bin", "example", "bench", "test", "patch", "replace"))
"""Tables of Cargo.toml with which an empty src/main.rs cannot replace the source."""
_OTHER_TARGETS = ("build.rs", "src/lib.rs", "src/bin", "benches", "examples")
_MANIFESTS = ("Cargo.toml", "Cargo.lock", "rust-toolchain", "rust-toolchain.toml", ".cargo")
_EMPTY = "# compile the dependencies with an empty program, which is then removed"


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a Rust image into a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _RustSplit(build, stage, context, checks).result())


class _RustSplit(CompiledSplit):
    """A stage that compiles a program with Cargo.

    `call`: the `cargo build` or `cargo install` that compiles the program
    `directory`: the directory that it is compiled in
    `outputs`: the files that the final stage gets from the builder
    `covered`: the COPYs of the file that bring only manifests
    """

    manager = "cargo"

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.call: PackageCall | None = None
        self.directory = ""
        self.outputs: list[str] = []
        self.covered: list[CopyOrAdd] = []

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        release, image = self._base()
        require_start_command(self.build, self.stage)
        for instruction in self.stage.instructions:
            reject_instruction(instruction, (Onbuild, Shell, User))
            if isinstance(instruction, Run):
                self.sort_run(instruction)
        compiled = self.require_compiled(
            "one `cargo build` compiles the program", "no RUN runs `cargo build` or `cargo install --path .`"
        )
        require_workdir(self.stage, compiled, self.checks, self.stage.from_)
        self.directory = self.build.state(compiled).path(".") or ""
        self._find_outputs(compiled)
        self._require_not_overwritten(compiled)
        native = self._native(release, compiled)
        builder, final = self._builder(compiled, image), self._final(compiled, release, native)
        return write_two_stages(self.build, self.stage, builder, final), [
            Step(
                "Compile in a separate stage",
                "keeps the Rust toolchain, the crates and intermediate files out of the image",
            ),
            base_image_step(
                f"debian:{release}-slim",
                "the release that the program is compiled on, with the same libc",
                risk="a library that a crate loads dynamically is not detected",
            ),
        ]

    def _base(self) -> tuple[str, str]:
        """The Debian release, and the image to compile in, which names it."""
        ref, facts = self.stage.base_ref, self.stage.base_facts
        tag = (ref.tag if ref else "") or "latest"
        number = re.match(r"1\.(\d+)", tag)
        suite = (facts.suite if facts else "") or ""
        if not suite and number is not None:
            suite = next((name for low, high, name in _SUITES if low <= int(number[1]) <= high), "")
        self.checks.require(
            "the base image is an official Rust image on a known Debian release",
            facts and facts.family == "debian" and suite in _RELEASES,
            f"`{base_text(self.stage)}` is not an official Rust image on a known Debian release",
            self.stage.from_,
        )
        require_plain_base(self.stage, self.checks)
        return suite, with_release(base_text(self.stage), tag, suite)

    # What the RUNs are for

    def take(self, run: Run, command: RunCommand) -> None:
        call = command.call
        if call is None:
            if self.compiled is not run or not self._takes_output(run, command):
                raise RewriteRejected(
                    f"`{command.text[:60]}` is in the same RUN as the build; move it to a separate RUN", run
                )
            return
        installs = call.path == "install" and call.value("--path") in (".", "./")
        known = call.manager.name == "cargo" and not call.uncertain
        if not known or (call.path not in ("build", "b", "fetch") and not installs):
            raise RewriteRejected(f"the effect of `{command.text[:60]}` is unknown", run)
        if call.path == "fetch":
            return
        if self.compiled is not None:
            raise RewriteRejected("Cargo builds more than once; only one program can be split off", run)
        if call.has(*_MOVES_OUTPUT):
            raise RewriteRejected(f"an option of `{command.text[:60]}` may change where the program is written", run)
        if "CARGO_TARGET_DIR" in self.build.state(run).vars:
            raise RewriteRejected("`CARGO_TARGET_DIR` changes where the program is written; remove it", run)
        self.compiled = run
        self.call = call

    def _takes_output(self, run: Run, command: RunCommand) -> bool:
        """Record where a `cp` or `mv` after the build puts the program; False for another command."""
        operands = [word.value for word in command.command.operands()]
        if command.command.name not in ("cp", "mv") or len(operands) != 2:
            return False
        target = self.build.state(run).path(operands[1])
        if not target:
            return False
        program = posixpath.basename(self.build.state(run).path(operands[0]) or "")
        self.outputs.append(posixpath.join(target, program) if target.endswith("/bin") else target)
        return True

    def _output_directory(self) -> str:
        """The directory that Cargo puts the program in."""
        call = self.call
        assert call is not None
        if call.path == "install":
            return posixpath.join(call.value("--root") or posixpath.dirname(CARGO_BIN), "bin")
        profile = call.value("--profile") or ("release" if call.has("--release", "-r") else "debug")
        name = "debug" if profile == "dev" else profile
        return posixpath.join(self.directory, "target", call.value("--target") or "", name)

    def _find_outputs(self, compiled: Run) -> None:
        """Set `outputs` to what the image starts, or later RUNs use. Raises RewriteRejected without any."""
        made, moved = self._output_directory(), self.outputs
        outputs: list[str] = []
        for instruction in self.stage.instructions:
            if isinstance(instruction, Cmd | Entrypoint):
                outputs += self._started_output(instruction, made, moved)
        for run in self.stage.instructions:
            if isinstance(run, Run) and run.start > compiled.start:
                for command in self.build.commands(run):
                    words = [self.build.state(run).path(word.value) or "" for word in command.operands()]
                    outputs += [word for word in words if posixpath.dirname(word) == made]
        self.outputs = list(dict.fromkeys(outputs))
        self.checks.require(
            "the image starts the compiled program",
            self.outputs,
            "neither CMD nor ENTRYPOINT starts the compiled program",
        )

    def _started_output(self, instruction: Cmd | Entrypoint, made: str, moved: list[str]) -> list[str]:
        """The compiled program that CMD or ENTRYPOINT starts, from the directory `made` or one of the paths `moved`."""
        command = next(iter(self.build.commands(instruction)), None)
        if command is None:
            return []
        if command.name in ("cargo", "rustc", "rustup"):
            raise RewriteRejected(
                f"the image starts `{command.name}`, which only the full base image contains", instruction
            )
        program = command.words[0].value if command.words else ""
        paths = [posixpath.join(directory, program) for directory in (CARGO_BIN, "/usr/local/bin", "/usr/bin")]
        if "/" in program:
            paths = [self.build.state(instruction).path(program) or ""]
        return [path for path in paths if posixpath.dirname(path) == made or path in moved][:1]

    def _require_not_overwritten(self, compiled: Run) -> None:
        """Raise RewriteRejected when the build context has files where Cargo writes."""
        target = posixpath.join(self.directory, "target")
        for place in context_copies(self.build, self.stage, self.context):
            relative = posixpath.relpath(target, place.target)
            inside = posixpath.normpath(posixpath.join(place.source, relative))
            if place.folder and any(name.startswith(inside + "/") for name in self.context.files()):
                raise RewriteRejected(
                    f"`{inside}` in the build context would overwrite the compiled program; add it to .dockerignore",
                    compiled,
                )

    # Crates

    def _manifest(self) -> tuple[str, dict[str, Any]]:
        """The name of Cargo.toml and its data."""
        name = context_path(self.build, self.stage, self.context, posixpath.join(self.directory, "Cargo.toml"))
        if name is None:
            raise RewriteRejected("no Cargo.toml is copied to the directory where the build runs", self.compiled)
        try:
            return name, parse_toml(read_context_file(self.context, name) or "")
        except ValueError:
            raise RewriteRejected(f"`{name}` is not valid TOML", self.compiled) from None

    def _crates(self, compiled: Run) -> set[str]:
        """The crates of Cargo.lock."""
        name = posixpath.join(posixpath.dirname(self._manifest()[0]), "Cargo.lock")
        lock = read_context_file(self.context, name) if self.context.includes(name) else ""
        self.checks.require(
            "Cargo.lock lists the crates", lock, "the build context has no Cargo.lock; add it", compiled
        )
        return set(re.findall(r'^name = "([^"]+)"', lock or "", re.MULTILINE))

    def _native(self, release: str, compiled: Run) -> list[str]:
        """The system libraries that the program links to."""
        crates = self._crates(compiled)
        unknown = sorted(filter(_links_to_unknown, crates))
        self.checks.require(
            "the system libraries of the crates are known",
            not unknown,
            f"the system libraries of {quoted(unknown[:3])} are unknown",
        )
        found: list[str] = []
        for name in sorted(crates & _LIBRARIES.keys()):
            if name == "openssl-sys" and "openssl-src" in crates:
                continue
            libraries = runtime_libraries_for(_LIBRARIES[name], release)
            if libraries is None:
                raise RewriteRejected(f"the system library that `{name}` links to is unknown for Debian {release}")
            found += libraries
        return found

    # The builder

    def _builder(self, compiled: Run, image: str) -> list[str]:
        lines = [from_instruction(self.stage, image, "build")]
        dependencies = self._compile_dependencies(compiled)
        source: list[str] = []
        """COPYs that wait until the dependencies are compiled."""
        for instruction in self.stage.instructions:
            if instruction.start > compiled.start:
                break
            lines += self.system_packages(instruction)
            if isinstance(instruction, Env | Arg | Workdir):
                lines.append(instruction_text(self.build, instruction))
            elif isinstance(instruction, CopyOrAdd) and instruction not in self.covered:
                (source if dependencies else lines).append(instruction_text(self.build, instruction))
            elif isinstance(instruction, Run) and id(instruction) in self.builder_runs:
                lines += [*dependencies, *source] if instruction is compiled else []
                lines.append(self.moved_run(instruction))
        return lines

    def _compile_dependencies(self, compiled: Run) -> list[str]:
        """What compiles the dependencies before the source is copied; empty when that may not compile the same."""
        name, data = self._manifest()
        call = self.call
        assert call is not None
        root = posixpath.dirname(name)
        if not self._is_simple_project(name, data) or call.has(*_CHOOSES_TARGET) or len(self.builder_runs) != 1:
            return []
        names = [posixpath.join(root, each) for each in _MANIFESTS]
        names = [each for each in names if self.context.includes(each)]
        try:
            lines, self.covered = manifest_copies(self.build, self.stage, self.context, names, compiled)
        except RewriteRejected:
            return []
        words = [word.text for word in call.command.words]
        if call.path == "install":
            words = ["cargo", "build", "--release", *(each for each in ("--locked",) if call.has(each))]
        profile = "release" if call.path == "install" or call.has("--release", "-r") else "debug"
        trace = posixpath.join("target", call.value("--target") or "", profile, ".fingerprint")
        commands = [
            "mkdir src && echo 'fn main() {}' > src/main.rs",
            " ".join(words),
            f"rm -r src {trace}/{data['package']['name']}-*",
        ]
        return [*lines, _EMPTY, "RUN " + " \\\n    && ".join(commands)]

    def _is_simple_project(self, name: str, data: dict[str, Any]) -> bool:
        """Whether the project of the Cargo.toml `name` has nothing but src/main.rs and crates of a registry."""
        root = posixpath.dirname(name)
        package: Any = data.get("package")
        if not isinstance(package, dict) or not isinstance(package.get("name"), str):  # pyright: ignore[reportUnknownMemberType] - TOML
            return False
        text = read_context_file(self.context, name) or ""
        if _SPECIAL_TABLES & data.keys() or re.search(r"\bpath\s*=|^build\s*=", text, re.MULTILINE):
            return False
        others = any(self.context.includes(posixpath.join(root, each)) for each in _OTHER_TARGETS)
        return not others and self.context.includes(posixpath.join(root, "src/main.rs"))

    # The final stage

    def _final(self, compiled: Run, release: str, native: list[str]) -> list[str]:
        lines = [from_instruction(self.stage, f"debian:{release}-slim")]
        if any(posixpath.dirname(path) == CARGO_BIN for path in self.outputs):
            lines.append(f'ENV PATH="{CARGO_BIN}:$PATH"')
        program = [self._packages(release, native), *copy_from_build(*self.outputs)]
        for instruction in self.stage.instructions:
            if self._may_need_program(instruction, compiled):
                lines += program
                program = []
            if not self.is_moved(instruction):
                lines.append(instruction_with_comments(self.build, instruction))
        return lines

    def _may_need_program(self, instruction: Instruction, compiled: Run) -> bool:
        return is_from_context(instruction) or instruction is compiled or id(instruction) in self.apt_installs

    def _packages(self, release: str, native: list[str]) -> str:
        """The RUN that installs what the final stage needs."""
        words = runtime_install(self.stage.instructions, self.apt_installs, release).packages
        return AptInstall().line([*_ALWAYS, *native, *words, *self.final_program_packages()])


def _links_to_unknown(crate: str) -> bool:
    """Whether a crate links to a system library that is not known here."""
    if crate in _LINKED:
        return True
    known = crate in _STATIC or crate in _LIBRARIES or _OTHER_SYSTEMS.search(crate) is not None
    return crate.endswith(("-sys", "_sys")) and not known
