"""The files of the context from which Bundler, Composer, Go, Maven, Gradle and .NET download dependencies."""

from __future__ import annotations

import json
import posixpath
import re

from ..base.copies import context_path, read_context_file
from ..base.rewrite import RewriteRejected
from .workspaces import go_workspace, local_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Run

_RUBY = re.compile(
    r"""\bpath:|:path\s*=>|^\s*(?:path|gemspec)\b|eval_gemfile|require_relative|instance_eval|\bload\b""", re.MULTILINE
)
"""Matches a Gemfile that reads other files of the project."""
_RUBY_READS = re.compile(r"""(?:File\.\w+\(|ruby\s+file:\s*)\s*["']([\w./-]+)["']""")
_NET_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_NET_FILES = (*_NET_PROJECTS, ".sln", ".slnx")
_NET_SETTINGS = (
    "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "NuGet.config", "nuget.config",
    "NuGet.Config", "global.json",
)  # fmt: skip
_GRADLE = (
    "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradle.properties", "gradlew",
    "gradle.lockfile",
)  # fmt: skip


def manifest_directory(build: Build, stage: Stage, context: Context, run: Run, *manifests: str) -> str:
    """The directory of the context with one of the `manifests` of a RUN. Raises RewriteRejected without any."""
    here = build.state(run).path(".")
    for manifest in manifests if here else ():
        found = context_path(build, stage, context, posixpath.join(here or "", manifest))
        if found is not None:
            return posixpath.dirname(found)
    raise RewriteRejected(
        f"no {manifests[0]} is copied to the directory where the install runs; copy it there before", run
    )


def _existing(context: Context, folder: str, names: Iterable[str]) -> list[str]:
    """The paths of those `names` in a directory that the context has."""
    paths = [posixpath.join(folder, name) for name in names]
    return [path for path in paths if context.includes(path)]


def go_manifests(build: Build, stage: Stage, context: Context, run: Run) -> list[str]:
    """The files that `go mod download` reads. Raises RewriteRejected, as do the functions for other tools."""
    folder = manifest_directory(build, stage, context, run, "go.mod", "go.work")
    if any(_existing(context, each, ("go.work",)) for each in _parents(folder)):
        raise RewriteRejected("the module is part of a workspace (go.work) in a parent directory; build there", run)
    is_workspace = bool(_existing(context, folder, ("go.work",)))
    waiting = [posixpath.join(folder, "go.work" if is_workspace else "go.mod")]
    seen: list[str] = []
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.append(name)
        here = posixpath.dirname(name)
        if not context.includes(name):
            raise RewriteRejected(f"`{name}` is not in the build context; add it", run)
        if _existing(context, here, ("vendor",)):
            raise RewriteRejected("go.mod uses a vendor directory; copy it before this RUN", run)
        text = re.sub(r"//.*", "", read_context_file(context, name) or "")
        local = [local_directory(here, each, run) for each in re.findall(r"=>\s*(\.\.?/?\S*|/\S+)", text)]
        if name.endswith(".work"):
            local += go_workspace(context, here, run)
        waiting += [posixpath.join(each, "go.mod") for each in local]
    sums = {name: f"{name.removesuffix('.mod')}.sum" for name in seen}
    return [each for name in seen for each in (name, sums[name]) if context.includes(each)]


def _parents(folder: str) -> list[str]:
    """The directories of the context above a directory."""
    found: list[str] = []
    while folder:
        folder = posixpath.dirname(folder)
        found.append(folder)
    return found


def bundler_manifests(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The files that `bundle install` reads."""
    if call.has("--gemfile") or "BUNDLE_GEMFILE" in build.state(run).vars or call.path not in ("install", "i", ""):
        raise RewriteRejected(
            f"cannot determine which files `{call.command.text[:60]}` reads; copy them before this RUN", run
        )
    folder = manifest_directory(build, stage, context, run, "Gemfile")
    gemfile = posixpath.join(folder, "Gemfile")
    text = re.sub(r"^\s*#.*$", "", read_context_file(context, gemfile) or "", flags=re.MULTILINE)
    lock = posixpath.join(folder, "Gemfile.lock")
    if _RUBY.search(text) or re.search(r"^PATH$", read_context_file(context, lock) or "", re.MULTILINE):
        raise RewriteRejected("the Gemfile reads other files of the project; list all gems in it", run)
    if _existing(context, folder, ("vendor/cache",)):
        raise RewriteRejected("the project vendors its gems in vendor/cache; install them from a gem server", run)
    return [
        gemfile,
        *_existing(context, folder, ("Gemfile.lock", ".ruby-version", ".bundle/config", *_RUBY_READS.findall(text))),
    ]


def composer_manifests(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The files that `composer install` reads without scripts and autoloader."""
    if call.has("-d", "--working-dir") or "COMPOSER" in build.state(run).vars or call.path not in ("install", "i"):
        raise RewriteRejected(
            f"cannot determine which files `{call.command.text[:60]}` reads; copy them before this RUN", run
        )
    folder = manifest_directory(build, stage, context, run, "composer.json")
    manifest = posixpath.join(folder, "composer.json")
    try:
        data: object = json.loads(read_context_file(context, manifest) or "")
    except (ValueError, RecursionError):
        raise RewriteRejected("composer.json is not valid JSON; correct it", run) from None
    text = json.dumps(data)
    if '"type": "path"' in text or '"installer-paths"' in text or '"vendor-dir"' in text or '"patches"' in text:
        raise RewriteRejected(
            "composer.json uses local packages, patches or custom directories; copy them before this RUN", run
        )
    if any(name.startswith(posixpath.join(folder, "vendor/")) for name in context.files()):
        raise RewriteRejected(
            "`vendor` of the build context would overwrite the installed packages; add it to .dockerignore", run
        )
    own = [word.value for word in call.command.words if word.value in ("composer.phar", "./composer.phar")]
    names = ("composer.lock", "symfony.lock", "auth.json", *map(posixpath.normpath, own))
    return [manifest, *_existing(context, folder, names)]


def maven_manifests(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The files that Maven reads to download dependencies."""
    if call.has("-f", "--file", "-pl", "--projects", "-s", "--settings"):
        raise RewriteRejected(
            f"cannot determine which files `{call.command.text[:60]}` reads; copy them before this RUN", run
        )
    folder = manifest_directory(build, stage, context, run, "pom.xml")
    pom = posixpath.join(folder, "pom.xml")
    text = re.sub(r"<!--[\s\S]*?-->", "", read_context_file(context, pom) or "")
    if "<modules>" in text or "<systemPath>" in text or "${basedir}" in text or "${project.basedir}/lib" in text:
        raise RewriteRejected("pom.xml uses modules or local files; copy them before this RUN", run)
    parent = text.partition("<parent>")[2].partition("</parent>")[0]
    stated = re.search(r"<relativePath>\s*([^<]*?)\s*</relativePath>", parent)
    if parent and not re.search(r"<relativePath\s*/>", parent):
        path = posixpath.normpath(posixpath.join(folder, stated[1] if stated is not None else "../pom.xml"))
        # What is outside of the build context is not in the image either: Maven downloads it.
        if not path.startswith("..") and (stated is None or stated[1]) and context.includes(path):
            raise RewriteRejected("the parent of pom.xml is a file of the project; copy it before this RUN", run)
    wrapper = ("mvnw",) if call.program == "mvnw" else ()
    return [pom, *_existing(context, folder, (*wrapper, ".mvn"))]


def gradle_manifests(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The files that Gradle reads to download dependencies."""
    if call.has("-b", "--build-file", "-p", "--project-dir", "-c", "--settings-file", "-I", "--init-script"):
        raise RewriteRejected(
            f"cannot determine which files `{call.command.text[:60]}` reads; copy them before this RUN", run
        )
    here = build.state(run).path(".") or "/"
    name = next(
        (each for each in _GRADLE[:2] if context_path(build, stage, context, posixpath.join(here, each))), _GRADLE[0]
    )
    folder = manifest_directory(build, stage, context, run, name)
    found = _existing(context, folder, (*_GRADLE, "gradle"))
    text = "\n".join(read_context_file(context, each) or "" for each in found if "gradle" in posixpath.basename(each))
    if _existing(context, folder, ("buildSrc",)) or re.search(
        r"\b(include|includeBuild|apply\s+from|file\(|fileTree)\b", text
    ):
        raise RewriteRejected("the Gradle build includes other files of the project; copy them before this RUN", run)
    return found


def dotnet_manifests(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The files that `dotnet restore` reads: projects, those they reference, and settings in parent directories."""
    waiting = _restored_projects(build, stage, context, run, call)
    found: list[str] = []
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        text = read_context_file(context, name) if context.includes(name) and not name.startswith("..") else None
        if text is None:
            raise RewriteRejected(f"`{name}` is not in the build context; add it, or remove the reference to it", run)
        found.append(name)
        waiting += _net_references(name, text, run)
    folders = {posixpath.dirname(name) for name in found}
    folders |= {"/".join(folder.split("/")[:n]) for folder in folders for n in range(len(folder.split("/")))}
    return [
        *found,
        *dict.fromkeys(
            each
            for folder in sorted(folders)
            for each in _existing(context, folder, (*_NET_SETTINGS, "packages.lock.json"))
        ),
    ]


def _restored_projects(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The paths in the context of the projects and solutions that `dotnet restore` is given, or finds."""
    here = build.state(run).path(".")
    words = [word.value for word in call.operands if word.value.endswith(_NET_FILES)]
    top = context_path(build, stage, context, here) if here else None
    if top is None or len(words) != len(call.operands):
        raise RewriteRejected(
            f"cannot determine which files `{call.command.text[:60]}` reads; copy them before this RUN", run
        )
    if words:
        return [posixpath.normpath(posixpath.join(top, word)) for word in words]
    found = [name for name in context.files() if posixpath.dirname(name) == top and name.endswith(_NET_FILES)]
    if len(found) != 1:
        raise RewriteRejected("cannot determine which project is restored; name it", run)
    return found


def _net_references(name: str, text: str, run: Run) -> list[str]:
    folder = posixpath.dirname(name)
    if name.endswith(".sln"):
        stated = re.findall(r'^Project\([^)]*\)\s*=\s*"[^"]*",\s*"([^"]+proj)"', text, re.MULTILINE)
    elif name.endswith(".slnx"):
        stated = re.findall(r'<Project\s[^>]*Path="([^"]+)"', text)
    else:
        stated = re.findall(r'<ProjectReference\s[^>]*Include="([^"]+)"', text)
        if re.search(r'<Import\s[^>]*Project="(?!\$\(MSBuild)', text):
            raise RewriteRejected(f"`{name}` imports other files; copy them before this RUN", run)
    if any(char in each for each in stated for char in "$*;"):
        raise RewriteRejected(f"`{name}` references projects with wildcards or variables; name each project", run)
    return [posixpath.normpath(posixpath.join(folder, each.replace("\\", "/"))) for each in stated]
