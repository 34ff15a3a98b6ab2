"""What stacks have in common whose builder installs Python packages."""

from __future__ import annotations

from ....model.python_app import PythonApp
from ..base.copies import context_copies
from ..base.programs import require_no_compiler_at_start
from ..base.runtime_needs import SLIM_LIBRARIES
from ..projects.python.python_libraries import (
    RUNTIME_VARIABLES,
    copies_uv,
    require_parsed,
    wheel_version,
)
from .slim_bases import SlimStack, slim_bases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern

    from ....syntax.tree import Instruction
    from ..base.programs import ProgramUsage
    from ..manifests.requirements import Requirements
    from ..split.language_stack import Bases


class PythonStack(SlimStack):
    """A stage whose packages are installed on the full Python image, and run on the slim one."""

    title = "Install the dependencies in a separate stage"
    why = "keeps compilers, headers and caches out of the image"
    runtime_variables = RUNTIME_VARIABLES
    base_libraries = SLIM_LIBRARIES["python"]

    def choose_bases(self) -> Bases:
        bases = slim_bases(self.stage, self.checks, "Python")
        self.checks.require(
            "its Python supports virtual environments",
            self.wheel_version(),
            "Python older than 3.6 is not supported",
            self.stage.from_,
        )
        return bases

    def wheel_version(self) -> str:
        """The last version of `wheel` for the Python of the base image."""
        return wheel_version(self.base_tag())

    def base_tag(self) -> str:
        """The tag of the base image, "" for none."""
        return (self.stage.base_ref.tag if self.stage.base_ref else "") or ""

    def is_tool(self, instruction: Instruction) -> bool:
        return copies_uv(instruction)

    def require_uv_unused(self) -> ProgramUsage:
        """The programs of the final stage. Raises RewriteRejected when uv is among them."""
        uses = self.programs()
        unused = "uv" not in uses.programs
        self.checks.require("uv is only used to install", unused, "uv runs in the final image", uses.programs.get("uv"))
        return uses

    def read_app(self, ignored: Pattern[str] | None = None) -> PythonApp:
        """The application, without files that match `ignored`. Raises RewriteRejected when it cannot be parsed."""
        sources = [place.source for place in context_copies(self.build, self.stage, self.context)]
        app = PythonApp(self.context, sources, ignored) if ignored is not None else PythonApp(self.context, sources)
        require_parsed(app, self.checks)
        return app

    def find_packages(self, requirements: Requirements, uses: ProgramUsage, app: PythonApp) -> None:
        """Find the system packages of the final stage. Raises RewriteRejected when they are unknown."""
        names = requirements.names
        needs = self.system_needs("python")
        needs.add_packages("python", names, names if ":all:" in requirements.no_binary else requirements.no_binary)
        needs.add_python(app)
        self.checks.require("the system dependencies of the packages are known", True)
        started = uses.packages_with(app.programs)
        require_no_compiler_at_start(started, self.checks)
        self.find_needs(needs.packages, started)
