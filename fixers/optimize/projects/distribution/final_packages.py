"""Which system packages the final stage needs, for what it gets from the builder."""

from __future__ import annotations

import re

from .....model.packages.runtime_libraries import is_build_package
from ...base.copies import read_context_file
from ...base.rewrite import RewriteRejected
from ...split.plan import RuntimePackage
from .linked_libraries import boost_libraries, libraries_of_image
from .package_parts import LEFT_UNLESS_USED, needed_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .....syntax.tree import Run
    from ...base.system import AptInstall
    from .final_needs import FinalNeeds

_FETCHING = {"git": "git", "wget": "wget", "curl": "curl", "unzip": "unzip", "xz-utils": "xz", "bzip2": "bzip2"}
"""Packages that download or unpack, and their programs."""
_PULLED = ("perl", "python3")
"""Programs, and packages, that packages of build tools depend on."""
_TLS = re.compile(r"lib(curl|ssl|gnutls|mbedtls)")
"""Libraries that read the certificates that packages of downloading programs bring."""


def final_packages(needs: FinalNeeds, system: Sequence[tuple[Run, AptInstall]]) -> dict[str, RuntimePackage]:
    """The packages that the final stage needs of those that RUNs install, by name. Raises RewriteRejected."""
    names = [name for _, install in system for name in install.names()]
    removed = {name for _, install in system for name in install.removed}
    found: dict[str, RuntimePackage] = {}
    for run, install in system:
        for word, name in zip(install.packages, install.names(), strict=True):
            if (name in removed and not name.endswith("-dev")) or _only_fetches(needs, name):
                continue
            needed = needed_packages(name, needs.distribution, run, names, used=_uses(needs, name))
            if name == "libboost-all-dev" and needs.is_visible:
                needed = {each: needed[each] for each in boost_libraries(needed, needs.sources.values())}
            for package, why in needed.items():
                found.setdefault(package, RuntimePackage(word if package == name else package, why))
    for name, why in _of_compiler(needs, names).items():
        found.setdefault(name, RuntimePackage(name, why))
    fetches = needs.distribution.is_full or any(_only_fetches(needs, name) for name in names)
    for program in _PULLED:
        if program in needs.uses.programs and not any(name.startswith(program) for name in found):
            found[program] = RuntimePackage(program, f"`{program}`")
    if fetches and any(_TLS.match(name) for name in found):
        found.setdefault("ca-certificates", RuntimePackage("ca-certificates", "TLS"))
    return found


def _uses(needs: FinalNeeds, name: str) -> bool:
    """Whether the final stage may run a program of a package that it gets only then."""
    programs = LEFT_UNLESS_USED.get(name, ())
    return any(program in needs.uses.programs for program in programs) or any(
        program in (read_context_file(needs.context, file) or "")
        for file in needs.context.files()
        if file.endswith((".js", ".mjs", ".cjs", ".ts", ".sh"))
        for program in programs
    )


def _only_fetches(needs: FinalNeeds, name: str) -> bool:
    """Whether a package only downloads sources for the build."""
    program = _FETCHING.get(name, "")
    effects, sources = needs.effects, needs.sources.values()
    modules = any(name.endswith("go.mod") for source in sources for name in source.names)
    known = needs.is_visible and effects.compiles and not (effects.pip or effects.managed or modules)
    started = any(source.starts([program]) for source in needs.sources.values())
    return bool(program) and known and not started and program not in needs.uses.programs


def _of_compiler(needs: FinalNeeds, names: Sequence[str]) -> dict[str, str]:
    """The packages of libraries of GCC, and of a full image, that programs may load."""
    effects, last = needs.effects, needs.building[-1]
    if needs.distribution.is_full:
        if effects.pip or effects.managed or not effects.compiles:
            reason = (
                f"packages may load any library of `{needs.distribution.name}`; start from the distribution instead"
            )
            raise RewriteRejected(reason, last)
        runs = " ".join(run.arguments_text for run in needs.building)
        sources = list(needs.sources.values()) if needs.is_visible else None
        return libraries_of_image(needs.distribution, sources, runs, names, last)
    compiler = any(is_build_package(name) or name == "python3-pip" for name in names)
    packaged = bool(effects.pip) and compiler
    return (
        {"libgomp1": "what is compiled with OpenMP"} if packaged or (effects.compiles and needs.uses_openmp()) else {}
    )
