"""What a Go project builds, starts and needs."""

from __future__ import annotations

import posixpath
import re

from ....syntax.tree import Arg, Env, Run
from ..base.copies import context_path, read_context_file
from ..base.rewrite import RewriteRejected
from ..split.plan import Artifact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ..base.rewrite import Preconditions

DEFAULT_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where every base image finds programs: the PATH that Docker sets if the image has none."""
GO_BIN = "/go/bin"
"""Where `go install` puts programs. Source: GOPATH of the official images."""
_VERSION = re.compile(r"/v\d+$")
_ZONES = "/usr/local/go/lib/time/zoneinfo.zip"
"""Where a program looks for time zones when the system has none. Source: time/zoneinfo_goroot.go."""
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""Where a program looks for certificates on Debian first. Source: crypto/x509/root_linux.go."""
_MODULE = re.compile(r"^(?:require)?\s+([\w.-]+\.[a-z]+/\S+) v", re.MULTILINE)
"""A module in a go.mod; since Go 1.17 it lists the indirect ones, too."""
_COMPILERS = frozenset("gcc g++ build-base musl-dev libc-dev clang alpine-sdk".split())
_CALLS_GIT = re.compile(r"""["'`]git["'` ]""")
_GIT_MODULES = re.compile(r"^\S*/(go-getter|vcs|git-module|go-gitcmd\S*) ", re.MULTILINE)
"""Modules that start git."""


def require_no_c(stage: Stage, context: Context, checks: Preconditions) -> None:
    """Raise RewriteRejected when the program may use cgo."""
    sources = [name for name in context.files() if name.endswith(".go")]
    cgo = next((name for name in sources if 'import "C"' in (read_context_file(context, name) or "")), "")
    checks.require("no Go source file uses cgo", not cgo, f"`{cgo}` imports C")
    values = [
        pair.value.text if pair.value else ""
        for step in stage.instructions
        if isinstance(step, Env | Arg)
        for pair in step.pairs
        if pair.key.text == "CGO_ENABLED"
    ]
    disabled = all(value == "0" for value in values)
    checks.require("cgo is not enabled", disabled, "`CGO_ENABLED` is set to a value other than 0")


def require_no_c_compiler(build: Build, stage: Stage, release: str) -> None:
    """Raise RewriteRejected when a C compiler is installed on Alpine, without which Go compiles without cgo.

    The Alpine release, "" when unknown, matters only when other packages are installed.
    """
    base = stage.from_.base.text if stage.from_.base is not None else ""
    for run in stage.instructions:
        calls = build.package_calls(run) if isinstance(run, Run) else ()
        if any(package.name in _COMPILERS for call in calls for package in call.packages):
            raise RewriteRejected(
                "a C compiler is installed on Alpine, so the libraries that the program links to are unknown", run
            )
        fixed = any(package.version for call in calls for package in call.packages)
        if not release and any(
            call.manager.name == "apk" and (fixed or call.has("-X", "--repository")) for call in calls
        ):
            raise RewriteRejected(f"the Alpine release of `{base}` is unknown; name it in the tag", run)


def command_outputs(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The paths of the programs that `go build` or `go install` may make. Raises RewriteRejected when unknown."""
    packages = [word.value for word in call.operands]
    state = build.state(run)
    if call.path == "install":
        values = [state.vars.get(name) for name in ("GOBIN", "GOPATH", "GOOS", "GOARCH")]
        if any(values) or not all(is_local(package) for package in packages) or call.has("-C"):
            raise RewriteRejected(f"the effect of `{call.command.text[:60]}` is unknown", run)
        names = _program_names(build, stage, context, run, packages)
        return [posixpath.join(GO_BIN, name) for name in sorted(names)]
    output = call.value("-o") or ""
    if not output:
        package = packages[0] if packages else "."
        names = _program_names(build, stage, context, run, packages[:1])
        several = len(packages) > 1 and not all(package.endswith(".go") for package in packages)
        if several or "..." in package or not names or not (is_local(package) or package.endswith(".go")):
            raise RewriteRejected("`go build` has no `-o` option and the name of its output is unknown; add `-o`", run)
        output = names.pop()
    path = state.path(output)
    if path is None or "$" in output or output.endswith("/"):
        raise RewriteRejected(
            "the output path of `go build` is unknown; use `-o` with the path of a file, without variables", run
        )
    return [path]


def is_local(package: str) -> bool:
    """Whether an argument names packages of the directory, as in `./...`."""
    return package in (".", "./") or package.startswith("./")


def _program_names(build: Build, stage: Stage, context: Context, run: Run, packages: Sequence[str]) -> set[str]:
    """The names of the programs of packages, or of that in the directory that a RUN works in."""
    found: set[str] = set()
    module = _module_name(build, stage, context, run)
    directory = posixpath.basename(build.state(run).path(".") or "")
    root = _VERSION.sub("", module).rpartition("/")[2] if module else directory
    for package in packages or ["."]:
        inner = posixpath.normpath(package.removesuffix("...") or ".")
        found.add(root if inner == "." else posixpath.basename(inner).removesuffix(".go"))
        if package.endswith("..."):
            found |= {posixpath.basename(posixpath.dirname(name)) for name in context.files() if name.endswith(".go")}
    return found - {""}


def _module_name(build: Build, stage: Stage, context: Context, run: Run) -> str:
    """The name in go.mod of the directory that a RUN works in; "" when unknown."""
    directory = build.state(run).path(".") or ""
    manifest = context_path(build, stage, context, posixpath.join(directory, "go.mod"))
    text = read_context_file(context, manifest) or "" if manifest else ""
    return text.partition("module ")[2].split("\n")[0].strip()


def module_manifests(build: Build, stage: Stage, context: Context, directory: str) -> list[str]:
    """go.mod and go.sum of a directory of the image, as paths in the build context.

    Empty when the modules need more of the project, or there are none.
    """
    module = context_path(build, stage, context, posixpath.join(directory, "go.mod"))
    text = read_context_file(context, module) or "" if module else ""
    root = posixpath.dirname(module or "")
    more = any(context.includes(posixpath.join(root, name)) for name in ("vendor", "go.work"))
    if module is None or more or "=> ." in text or "=> /" in text:
        return []
    sums = posixpath.join(root, "go.sum")
    return [module, sums] if context.includes(sums) else [module]


def required_modules(context: Context) -> set[str]:
    """The modules in the go.mod files of the build context."""
    files = (name for name in context.files() if posixpath.basename(name) == "go.mod")
    return {module for name in files for module in _MODULE.findall(read_context_file(context, name) or "")}


def loaded_files(*, certificates: bool) -> list[Artifact]:
    """The files of the builder that a program may load and a base image without packages lacks."""
    lacking = "the base image lacks it"
    if not certificates:
        return [Artifact(_ZONES, lacking, note="time zones, where the program looks for them")]
    note = "certificates and time zones, where the program looks for them"
    return [Artifact(_CERTIFICATES, lacking, note=note), Artifact(_ZONES, lacking)]


def calls_git(context: Context) -> bool:
    """Whether the program may start git, itself or through a module."""
    names = [name for name in context.files() if name.endswith((".go", "go.sum", ".sh"))]
    texts = [read_context_file(context, name) or "" for name in names]
    return any(_CALLS_GIT.search(text) or _GIT_MODULES.search(text) for text in texts)
