"""Where the build of a Node.js project writes its output."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise

from ...base.copies import read_context_file
from .node_production import script_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .....model.build import Build
    from .....model.context import Context
    from .....syntax.tree import Run
    from ...manifests.manifests import PackageJson

_DIRECTORIES = {
    "react-scripts build": "build",
    "vue-cli-service build": "dist",
    "astro build": "dist",
    "vite build": "dist",
    "ng build": "dist",
    "next build": ".next",
}
"""The directories that common tools fill by default. Source: their documentation."""
_TYPES = ("tsc", "vue-tsc", "nest build")


def build_outputs(context: Context, directory: str, package: PackageJson, scripts: Sequence[str]) -> list[str] | None:
    """The directories that scripts of package.json or commands fill, relative to the project; None when unknown."""
    found: list[str] = []
    for script in scripts:
        line = package.scripts.get(script, script)
        if {"pre" + script, "post" + script} & package.scripts.keys():
            return None
        for command in re.split(r"\s*&&\s*", line.strip()):
            made = _of_command(context, directory, re.sub(r"^(npx|yarn|pnpm exec)\s+", "", command))
            if made is None:
                return None
            found += made
    return list(dict.fromkeys(found))


def build_scripts(build: Build, runs: Iterable[Run]) -> list[str]:
    """What RUNs that build start: `npm run x` as the name of its script, others as a command line."""
    found: list[str] = []
    for run in runs:
        calls = {id(call.command): call for call in build.package_calls(run)}
        for command in build.commands(run):
            words = [word.value for word in command.words]
            call = calls.get(id(command))
            installs = call is not None and (call.packages or call.verb in ("install", "restore", "clean"))
            if not installs and words[0] != "corepack":
                found.append(script_of(words) or " ".join(words[1:] if words[0] == "npx" else words))
    return found


def _of_command(context: Context, directory: str, command: str) -> list[str] | None:
    """The directories that a command fills; None when unknown."""
    if re.search(r"[|;$<>`]|--?out", command):
        return None
    for tool, name in _DIRECTORIES.items():
        if command == tool or command.startswith(tool + " --"):
            return None if _configured(context, directory) or "BUILD_PATH" in command else [name]
    words = command.split()
    if words[:1] and (words[0] in _TYPES or command == "nest build"):
        return _of_typescript(context, directory, words)
    return None


def _configured(context: Context, directory: str) -> bool:
    """Whether a configuration file may set another directory."""
    prefix = directory + "/" if directory else ""
    for name in context.files():
        if (
            name.startswith(prefix)
            and "/" not in name[len(prefix) :]
            and re.search(r"\.config\.\w+$|^angular\.json$", name)
        ):
            text = read_context_file(context, name) or ""
            if re.search(r"outDir|distDir|outputPath|outputDir|outDir|\.env\b", text):
                return True
    return False


def _of_typescript(context: Context, directory: str, words: Sequence[str]) -> list[str] | None:
    """The directories that the TypeScript compiler fills; None when unknown."""
    if "--noEmit" in words or "--emitDeclarationOnly" in words:
        return []
    project = next((after for word, after in pairwise(words) if word in ("-p", "--project")), "")
    texts = [
        read_context_file(context, posixpath.join(directory, name)) or ""
        for name in (project or "tsconfig.json", "tsconfig.build.json")
    ]
    text = "\n".join(re.sub(r"^\s*//.*$", "", each, flags=re.MULTILINE) for each in texts)
    if re.search(r'"noEmit"\s*:\s*true', text):
        return []
    found = re.search(r'"outDir"\s*:\s*"(?:\./)?([\w./-]+?)/?"', text)
    return [found[1]] if found and ".." not in found[1] and '"references"' not in text else None
