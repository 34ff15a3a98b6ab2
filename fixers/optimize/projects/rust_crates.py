"""The crates of a Rust project: the system libraries they link to, and whether they can be compiled first."""

from __future__ import annotations

import posixpath
import re

from ....model.packages.runtime_libraries import runtime_libraries_for
from ....model.toml_text import parse_toml
from ..base.copies import context_path, read_context_file
from ..base.rewrite import RewriteRejected
from ..base.stage_facts import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Run
    from ..base.rewrite import Preconditions

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
_TOOLS = {
    "diesel_cli": (
        "diesel",
        {"postgres": "libpq-dev", "mysql": "default-libmysqlclient-dev", "sqlite": "libsqlite3-dev"},
    )
}
"""Crates whose program an image may start: its name, and what it links to by feature, all of them by default.

Source: their Cargo.toml.
"""
_SPECIAL_TABLES = frozenset(("workspace", "lib", "bin", "example", "bench", "test", "patch", "replace"))
"""Tables of Cargo.toml with which an empty src/main.rs cannot replace the source."""
_OTHER_TARGETS = ("build.rs", "src/lib.rs", "src/bin", "benches", "examples")
_MANIFESTS = ("Cargo.toml", "Cargo.lock", "rust-toolchain", "rust-toolchain.toml", ".cargo")


def installs_tools(call: PackageCall) -> bool:
    """Whether a `cargo install` makes programs that are known, or only Cargo starts."""
    names = [package.name for package in call.packages]
    subcommands = [name for name in names if name.startswith("cargo-") and name != "cargo-make"]
    return bool(names) and all(name in _TOOLS or name in subcommands for name in names)


def tool_program(call: PackageCall) -> str:
    """The program besides those of Cargo that a `cargo install` of tools makes; "" for none."""
    return next((_TOOLS[package.name][0] for package in call.packages if package.name in _TOOLS), "")


def tool_packages(call: PackageCall, release: str, run: Run) -> dict[str, str]:
    """The system packages that a tool links to, each with its crate. Raises RewriteRejected when unknown."""
    name = next(package.name for package in call.packages if package.name in _TOOLS)
    features = {each for value in call.values("--features", "-F") for each in re.split(r"[\s,]+", value)}
    chosen = [dev for feature, dev in _TOOLS[name][1].items() if feature in features]
    found: dict[str, str] = {}
    for dev in chosen if call.has("--no-default-features") else _TOOLS[name][1].values():
        libraries = runtime_libraries_for(dev, release)
        if libraries is None:
            raise RewriteRejected(f"the system library that `{name}` links to is unknown for Debian {release}", run)
        found.update(dict.fromkeys(libraries, name))
    return found


class CargoProject:
    """The project in a directory of the image.

    `root`: its directory in the build context
    `name`: the name of its package, "" for none
    `simple`: whether it has nothing but src/main.rs and crates of a registry
    """

    def __init__(self, build: Build, stage: Stage, context: Context, directory: str, run: Run) -> None:
        manifest = context_path(build, stage, context, posixpath.join(directory, "Cargo.toml"))
        if manifest is None:
            raise RewriteRejected("no Cargo.toml is copied to the directory where the build runs", run)
        text = read_context_file(context, manifest) or ""
        try:
            data: dict[str, Any] = parse_toml(text)
        except ValueError:
            raise RewriteRejected(f"`{manifest}` is not valid TOML", run) from None
        self.context = context
        self._data = data
        self.root = posixpath.dirname(manifest)
        package: dict[str, Any] = data["package"] if isinstance(data.get("package"), dict) else {}
        self.name = str(package.get("name", ""))
        others = any(self._includes(each) for each in _OTHER_TARGETS)
        special = bool(_SPECIAL_TABLES & data.keys() or re.search(r"\bpath\s*=|^build\s*=", text, re.MULTILINE))
        self.simple = bool(self.name) and not others and not special and self._includes("src/main.rs")

    def manifests(self) -> list[str]:
        """The files of the build context that tell Cargo what to compile."""
        return [posixpath.join(self.root, each) for each in _MANIFESTS if self._includes(each)]

    def binary_names(self) -> set[str]:
        """The names of the programs of the package."""
        folder = posixpath.join(self.root, "src/bin/")
        tables: Any = self._data.get("bin") or []
        found = {self.name, *(str(table.get("name") or "") for table in tables)}
        found |= {
            each[len(folder) :].partition("/")[0].removesuffix(".rs")
            for each in self.context.files()
            if each.startswith(folder)
        }
        return found - {""}

    def native_packages(self, release: str, run: Run, checks: Preconditions) -> dict[str, str]:
        """The system packages that the crates link to, each with the crate. Raises RewriteRejected when unknown."""
        crates = self._crates(run, checks)
        unknown = sorted(filter(_links_to_unknown, crates))
        checks.require(
            "the system libraries of the crates are known",
            not unknown,
            f"the system libraries of {quoted(unknown[:3])} are unknown",
        )
        found: dict[str, str] = {}
        for name in sorted(crates & _LIBRARIES.keys()):
            if name == "openssl-sys" and "openssl-src" in crates:
                continue
            libraries = runtime_libraries_for(_LIBRARIES[name], release)
            if libraries is None:
                raise RewriteRejected(f"the system library that `{name}` links to is unknown for Debian {release}")
            found.update(dict.fromkeys(libraries, name))
        return found

    def _crates(self, run: Run, checks: Preconditions) -> set[str]:
        """The crates of Cargo.lock."""
        name = posixpath.join(self.root, "Cargo.lock")
        lock = read_context_file(self.context, name) if self.context.includes(name) else ""
        checks.require("Cargo.lock lists the crates", lock, "the build context has no Cargo.lock; add it", run)
        return set(re.findall(r'^name = "([^"]+)"', lock or "", re.MULTILINE))

    def _includes(self, name: str) -> bool:
        return self.context.includes(posixpath.join(self.root, name))


def _links_to_unknown(crate: str) -> bool:
    """Whether a crate links to a system library that is not known here."""
    if crate in _LINKED:
        return True
    known = crate in _STATIC or crate in _LIBRARIES or _OTHER_SYSTEMS.search(crate) is not None
    return crate.endswith(("-sys", "_sys")) and not known
