"""Rust: the program is compiled in a stage with the tools, and runs on the Debian release that it was compiled on."""

from __future__ import annotations

import posixpath
import re
import tomllib

from ....model.packages.runtime_libraries import runtime_libraries_for
from ....syntax.tree import Arg, Cmd, CopyOrAdd, Entrypoint, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import (
    from_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from ..base.copies import context_copies, context_path, read_context_file
from ..base.programs import ProgramUsage, check_final_stage_runs, require_start_command
from ..base.rewrite import (
    Preconditions,
    RewriteOutcome,
    RewriteRejected,
    StageRewrite,
    Step,
    base_image_step,
    run_rewrite,
)
from ..base.run_steps import SYSTEM_PACKAGES, split_run
from ..base.system import AptInstall, read_apt_install, runtime_install
from ..order.cache_order import manifest_copies
from .shared import base_text, quoted, require_plain_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ..base.run_steps import RunCommand

NAME = "multi-stage"
CARGO_BIN = "/usr/local/cargo/bin"
_SUITES = ((71, 88, "bookworm"), (56, 69, "bullseye"))
"""Releases of Debian behind tags without one: from Rust 1.x to 1.y. Source: the history of docker-library/rust."""
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
_LINKED = frozenset(("opencv", "pyo3-ffi", "magick_rust", "libxml", "mlua-sys", "v8", "hdf5-metno-sys"))
_EMPTY = "# the dependencies, compiled with an empty program, which is then forgotten"


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a Rust image in a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _RustSplit(build, stage, context, checks).result())


class _RustSplit(StageRewrite):
    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.apt_installs: dict[int, AptInstall] = {}
        self.builder_runs: dict[int, list[RunCommand]] = {}
        self.compiled: Run | None = None
        self.call: PackageCall | None = None
        self.covered: list[CopyOrAdd] = []
        self.folder = ""
        self.outputs: list[str] = []
        """The files that are brought over."""

    def result(self) -> tuple[str, list[Step]]:
        release, image = self._base()
        require_start_command(self.build, self.stage)
        for instruction in self.stage.instructions:
            if isinstance(instruction, Onbuild | Shell | User):
                raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)
            if isinstance(instruction, Run):
                self._sort(instruction)
        compiled = self.compiled
        self.checks.require(
            "one `cargo build` compiles the program", compiled, "no RUN runs `cargo build` or `cargo install --path .`"
        )
        assert compiled is not None
        check_final_stage_runs(
            self.build, self.stage, self.context, self.builder_runs.keys() | self.apt_installs.keys(), compiled
        )
        workdir = any(isinstance(step, Workdir) and step.start < compiled.start for step in self.stage.instructions)
        self.checks.require(
            "WORKDIR is set before the build", workdir, "no WORKDIR is set before the build; set one", self.stage.from_
        )
        self.folder = self.build.state(compiled).path(".") or ""
        self._starts(compiled)
        native = self._native(release, compiled)
        builder, final = self._builder(compiled, image), self._final(compiled, release, native)
        steps = [
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
        return write_two_stages(self.build, self.stage, builder, final), steps

    def _base(self) -> tuple[str, str]:
        """The release of Debian, and the image to compile in, which names it."""
        ref, facts, base = self.stage.base_ref, self.stage.base_facts, self.stage.from_.base
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
        assert base is not None
        require_plain_base(self.stage, self.checks)
        if suite in tag:
            return suite, base.text
        # The pair must not drift apart when the tag moves to another release.
        return suite, f"{base.text.partition(':')[0]}:{suite if tag == 'latest' else f'{tag}-{suite}'}"

    def _sort(self, run: Run) -> None:
        calls = self.build.package_calls(run)
        if not any(call.manager.name == "cargo" or call.manager.ecosystem == "os" for call in calls):
            return
        found = split_run(self.build, run)
        system = [piece for piece in found if piece.kind == SYSTEM_PACKAGES]
        if system:
            self.apt_installs[id(run)] = read_apt_install(system, run)
        rest = [piece for piece in found if piece.kind != SYSTEM_PACKAGES]
        for piece in rest:
            self._take(run, piece)
        if rest:
            self.builder_runs[id(run)] = rest

    def _take(self, run: Run, piece: RunCommand) -> None:
        call = piece.call
        if call is None:
            operands = [word.value for word in piece.command.operands()]
            target = self.build.state(run).path(operands[-1]) if operands else None
            if self.compiled is run and piece.command.name in ("cp", "mv") and len(operands) == 2 and target:
                made = self.build.state(run).path(operands[0]) or ""
                self.outputs.append(
                    posixpath.join(target, posixpath.basename(made)) if target.endswith("/bin") else target
                )
                return
            raise RewriteRejected(
                f"`{piece.text[:60]}` is in the same RUN as the build; move it to a separate RUN", run
            )
        if call.manager.name != "cargo" or call.uncertain:
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        installs = call.path == "install" and call.value("--path") in (".", "./")
        if call.path not in ("build", "b", "fetch") and not installs:
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        if call.path == "fetch":
            return
        if self.compiled is not None:
            raise RewriteRejected("Cargo builds more than once; only one program can be split off", run)
        if call.has("--target-dir", "--manifest-path", "--out-dir", "--artifact-dir", "-C", "--config", "-Z"):
            raise RewriteRejected(f"an option of `{piece.text[:60]}` may change where the program is written", run)
        if "CARGO_TARGET_DIR" in self.build.state(run).vars:
            raise RewriteRejected("`CARGO_TARGET_DIR` changes where the program is written; remove it", run)
        self.compiled = run
        self.call = call

    def _made(self) -> str:
        """The folder that Cargo puts the program in."""
        call = self.call
        assert call is not None
        if call.path == "install":
            return posixpath.join(call.value("--root") or posixpath.dirname(CARGO_BIN), "bin")
        profile = call.value("--profile") or ("release" if call.has("--release", "-r") else "debug")
        folder = "debug" if profile == "dev" else profile
        return posixpath.join(self.folder, "target", call.value("--target") or "", folder)

    def _starts(self, compiled: Run) -> None:
        """What is started was compiled here: it is what is brought over."""
        made = self._made()
        found = list(self.outputs)
        self.outputs = []
        for instruction in self.stage.instructions:
            if not isinstance(instruction, Cmd | Entrypoint):
                continue
            for command in self.build.commands(instruction)[:1]:
                program = command.words[0].value if command.words else ""
                if command.name in ("cargo", "rustc", "rustup"):
                    raise RewriteRejected(
                        f"the image starts `{command.name}`, which only the full base image contains", instruction
                    )
                paths = [posixpath.join(folder, program) for folder in (CARGO_BIN, "/usr/local/bin", "/usr/bin")]
                if "/" in program:
                    paths = [self.build.state(instruction).path(program) or ""]
                self.outputs += [path for path in paths if posixpath.dirname(path) == made or path in found][:1]
        for run in self.stage.instructions:
            if isinstance(run, Run) and run.start > compiled.start:
                for command in self.build.commands(run):
                    words = [self.build.state(run).path(word.value) or "" for word in command.operands()]
                    self.outputs += [word for word in words if posixpath.dirname(word) == made]
        self.outputs = list(dict.fromkeys(self.outputs))
        self.checks.require(
            "the image starts the compiled program",
            self.outputs,
            "neither CMD nor ENTRYPOINT starts the compiled program",
        )
        target = posixpath.join(self.folder, "target")
        for place in context_copies(self.build, self.stage, self.context):
            lies = posixpath.relpath(target, place.target)
            inside = posixpath.normpath(posixpath.join(place.source, lies))
            if place.folder and any(name.startswith(inside + "/") for name in self.context.files()):
                raise RewriteRejected(
                    f"`{inside}` in the build context would overwrite the compiled program; add it to .dockerignore",
                    compiled,
                )

    def _manifest(self) -> tuple[str, dict[str, Any], str]:
        """Cargo.toml and what it says, and the text of Cargo.lock."""
        name = context_path(self.build, self.stage, self.context, posixpath.join(self.folder, "Cargo.toml"))
        if name is None:
            raise RewriteRejected("no Cargo.toml is copied to the directory where the build runs", self.compiled)
        try:
            data = tomllib.loads(read_context_file(self.context, name) or "")
        except tomllib.TOMLDecodeError:
            raise RewriteRejected(f"`{name}` is not valid TOML", self.compiled) from None
        lock = posixpath.join(posixpath.dirname(name), "Cargo.lock")
        text = (read_context_file(self.context, lock) or "") if self.context.includes(lock) else ""
        return name, data, text

    def _native(self, release: str, compiled: Run) -> list[str]:
        """The libraries that the program links to, by the crates of Cargo.lock."""
        lock = self._manifest()[2]
        self.checks.require(
            "Cargo.lock lists the crates", lock, "the build context has no Cargo.lock; add it", compiled
        )
        crates = set(re.findall(r'^name = "([^"]+)"', lock, re.MULTILINE))
        unknown = sorted(
            name
            for name in crates
            if name in _LINKED
            or (
                name.endswith(("-sys", "_sys"))
                and name not in _STATIC
                and name not in _LIBRARIES
                and _OTHER_SYSTEMS.search(name) is None
            )
        )
        self.checks.require(
            "the system libraries of the crates are known",
            not unknown,
            f"the system libraries of {quoted(unknown[:3])} are unknown",
        )
        found: list[str] = []
        for name in sorted(crates & _LIBRARIES.keys()):
            if name == "openssl-sys" and "openssl-src" in crates:
                continue
            behind = runtime_libraries_for(_LIBRARIES[name], release)
            if behind is None:
                raise RewriteRejected(f"the system library that `{name}` links to is unknown for Debian {release}")
            found += behind
        return found

    def _builder(self, compiled: Run, image: str) -> list[str]:
        build, stage = self.build, self.stage
        lines = [from_instruction(stage, image, "build")]
        early = self._early(compiled)
        waiting: list[str] = []
        for instruction in stage.instructions:
            if instruction.start > compiled.start:
                break
            system = self.apt_installs.get(id(instruction))
            if system is not None and system.packages:
                lines += [*leading_comments(build, instruction), system.line(system.packages)]
            if isinstance(instruction, Env | Arg | Workdir):
                lines.append(instruction_text(build, instruction))
            elif isinstance(instruction, CopyOrAdd) and instruction not in self.covered:
                (waiting if early else lines).append(instruction_text(build, instruction))
            elif id(instruction) in self.builder_runs:
                assert isinstance(instruction, Run)
                if instruction is compiled:
                    lines += [*early, *waiting]
                lines.append(self._text(instruction))
        return lines

    def _text(self, run: Run) -> str:
        if id(run) not in self.apt_installs:
            return instruction_with_comments(self.build, run)
        line = run_instruction([piece.text for piece in self.builder_runs[id(run)]])
        return line if self.apt_installs[id(run)].packages else "\n".join([*leading_comments(self.build, run), line])

    def _early(self, compiled: Run) -> list[str]:
        """What compiles the dependencies before the source is there; empty where that is not known to be the same."""
        name, data, _ = self._manifest()
        call = self.call
        assert call is not None
        beside = posixpath.dirname(name)
        package: Any = data.get("package")
        text = read_context_file(self.context, name) or ""
        named = isinstance(package, dict) and isinstance(package.get("name"), str)  # pyright: ignore[reportUnknownMemberType] - TOML
        special = {"workspace", "lib", "bin", "example", "bench", "test", "patch", "replace"} & data.keys()
        more = [posixpath.join(beside, each) for each in ("build.rs", "src/lib.rs", "src/bin", "benches", "examples")]
        if (
            not named
            or special
            or re.search(r"\bpath\s*=|^build\s*=", text, re.MULTILINE)
            or any(map(self.context.includes, more))
            or not self.context.includes(posixpath.join(beside, "src/main.rs"))
            or call.has("--bin", "-p", "--package", "--workspace", "--all", "--example", "--profile")
            or len(self.builder_runs) != 1
        ):
            return []
        others = ("Cargo.toml", "Cargo.lock", "rust-toolchain", "rust-toolchain.toml", ".cargo")
        names = [posixpath.join(beside, each) for each in others]
        try:
            lines, self.covered = manifest_copies(
                self.build, self.stage, self.context, [each for each in names if self.context.includes(each)], compiled
            )
        except RewriteRejected:
            return []
        words = [word.text for word in call.command.words]
        if call.path == "install":
            words = ["cargo", "build", "--release", *(each for each in ("--locked",) if call.has(each))]
        profile = "release" if call.path == "install" or call.has("--release", "-r") else "debug"
        trace = posixpath.join("target", call.value("--target") or "", profile, ".fingerprint")
        commands = [
            "mkdir src",
            "echo 'fn main() {}' > src/main.rs",
            " ".join(words),
            f"rm -r src {trace}/{package['name']}-*",
        ]
        return [*lines, _EMPTY, "RUN " + " \\\n    && ".join([" && ".join(commands[:2]), *commands[2:]])]

    def _final(self, compiled: Run, release: str, native: list[str]) -> list[str]:
        build, stage = self.build, self.stage
        lines = [from_instruction(stage, f"debian:{release}-slim")]
        if any(posixpath.dirname(path) == CARGO_BIN for path in self.outputs):
            lines.append(f'ENV PATH="{CARGO_BIN}:$PATH"')
        waiting = [self._packages(release, native), *(f"COPY --from=build {path} {path}" for path in self.outputs)]
        for instruction in stage.instructions:
            from_context = isinstance(instruction, CopyOrAdd) and instruction.flag("from") is None
            if waiting and (from_context or instruction is compiled or id(instruction) in self.apt_installs):
                lines += waiting
                waiting = []
            if id(instruction) not in self.builder_runs and id(instruction) not in self.apt_installs:
                lines.append(instruction_with_comments(build, instruction))
        return lines

    def _packages(self, release: str, native: list[str]) -> str:
        words = runtime_install(self.stage.instructions, self.apt_installs, release).packages
        kept = [
            step
            for step in self.stage.instructions
            if id(step) not in self.builder_runs and id(step) not in self.apt_installs
        ]
        extra = ProgramUsage(self.build, self.stage, self.context, kept).packages()
        if "build-essential" in extra:
            raise RewriteRejected("the final image runs a compiler")
        return AptInstall().line([*_ALWAYS, *native, *words, *extra])
