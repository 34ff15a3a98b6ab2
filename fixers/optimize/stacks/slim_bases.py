"""What languages share whose official image has a slim variant, on which the program runs."""

from __future__ import annotations

from ....model.images.slimmer import find_slim_variant
from ..base.rewrite import NothingToDo
from ..base.runtime_needs import SystemNeeds
from ..base.stage_facts import base_text, require_plain_base, take_system_packages
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import RuntimePackage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Run
    from ..base.rewrite import Preconditions
    from ..base.run_steps import RunCommand
    from ..base.system import AptInstall

_WHY = "the same version and release without build tools"


def slim_bases(stage: Stage, checks: Preconditions, language: str, families: Collection[str] = ("debian",)) -> Bases:
    """The builder on the base image, and the runtime on its slim variant; on the base image itself when that is slim.

    Raises RewriteRejected unless the base image is an official image of `language` of one of the families of systems.
    """
    ref, facts = stage.base_ref, stage.base_facts
    image = f"an official {language} image" + (" on Debian" if families == ("debian",) else "")
    checks.require(
        f"the base image is {image}",
        ref and facts and facts.family in families,
        f"`{base_text(stage)}` is not {image}",
        stage.from_,
    )
    assert ref is not None and facts is not None
    tag = ref.tag or ""
    slim = find_slim_variant(ref)
    checks.require(
        "the base image has a slim variant of the same version and release",
        slim or "slim" in tag or facts.family == "alpine",
        f"`{ref.text}` has no slim variant",
        stage.from_,
    )
    require_plain_base(stage, checks)
    release = facts.suite if facts.suite and facts.suite in tag else None
    return Bases("", slim.text, release, _WHY) if slim is not None else Bases(release=release)


class SlimStack(LanguageStack):
    """A stage whose dependencies are installed on the full image, and run on the slim one.

    `needs`: the packages that the slim image lacks, each with what needs it
    """

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.needs: dict[str, str] = {}

    def run_commands(self, run: Run) -> list[RunCommand]:
        return take_system_packages(self.build, run, self.system, caches=True)

    def installs_in_builder(self, system: AptInstall) -> bool:
        return system.needed_in_builder(full=bool(self.bases.runtime))

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        return [RuntimePackage(name, f"`{what}`") for name, what in self.needs.items()]

    def require_compilers(self) -> None:
        """Raise NothingToDo when the base image is slim already and no compilers are installed."""
        if not self.bases.runtime and not self.installs_compilers():
            raise NothingToDo(
                "the base image is already slim and no compilers are installed, so a second stage saves nothing"
            )

    def installs_compilers(self) -> bool:
        """Whether the file installs packages that are only used to compile."""
        return any(install.has_build_packages for install in self.system.values())

    def system_needs(self, image: str) -> SystemNeeds:
        """Collects what the program needs of the system, on the slim variant of the official image `image`."""
        full = bool(self.bases.runtime)
        return SystemNeeds(image, self.bases.release, full=full, compiles=self.installs_compilers())

    def find_needs(self, libraries: Mapping[str, str], started: Mapping[str, str]) -> None:
        """Set `needs` to the packages of libraries, and those of programs that the full image has."""
        self.needs = {**(started if self.bases.runtime else {}), **libraries}
