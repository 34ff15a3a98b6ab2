"""Ruby: gems installed in a stage with compilers, and run on the slim image of the same version."""

from __future__ import annotations

import posixpath

from ..base.copies import context_copies, read_context_file
from ..base.rewrite import RewriteRejected
from ..base.runtime_needs import SLIM_LIBRARIES
from ..base.stage_facts import overwritten_path, quoted, require_root
from ..manifests.build_manifests import bundler_manifests
from ..projects.ruby_gems import TESTING_GEMS, lacks_platform, listed_gems, ruby_program_packages
from ..split.plan import Artifact, Place
from .slim_bases import SlimStack, slim_bases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction, Run
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..split.language_stack import Bases
    from ..split.plan import Entry

_GEMS = "/usr/local/bundle"
"""Where the official images keep gems (GEM_HOME)."""


class RubyStack(SlimStack):
    """A stage whose gems Bundler installs.

    `directories`: where the gems are
    `call`: the `bundle install`
    """

    title = "Install the gems in a separate stage"
    why = "keeps compilers, headers and caches out of the image"
    base_libraries = SLIM_LIBRARIES["ruby"]
    takes_compound = True
    runtime_variables = frozenset(
        """PORT HOST TZ LANG LC_ALL RAILS_ENV RACK_ENV RAILS_LOG_TO_STDOUT RAILS_SERVE_STATIC_FILES SECRET_KEY_BASE
        DATABASE_URL REDIS_URL APP_HOME NODE_ENV""".split()
    )

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.directories = [_GEMS]
        self.call: PackageCall | None = None

    def choose_bases(self) -> Bases:
        return slim_bases(self.stage, self.checks, "Ruby")

    def is_split(self, run: Run) -> bool:
        calls = self.build.package_calls(run)
        return any(call.manager.ecosystem in ("os", "ruby") and call.verb != "exec" for call in calls)

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call, text = command.call, command.text[:60]
        if call is None:
            if not _deletes_leftovers(command):
                raise RewriteRejected(f"`{text}` is in the same RUN as an install; move it to a separate RUN", run)
            if _GEMS in command.text:
                return Place.BUILDER, "deletes files among the gems, which would be copied"
            return Place.DROPPED, "deletes caches, which the final stage does not get"
        if call.manager.ecosystem != "ruby" or call.uncertain:
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        name = call.manager.name, call.verb
        if name == ("bundle", "restore"):
            if self.install is not None:
                raise RewriteRejected("the gems are installed more than once", run)
            self.install = run
            self.call = call
        elif name == ("gem", "install"):
            if call.has("--install-dir", "-i", "--user-install", "--bindir", "-n"):
                raise RewriteRejected(f"`{text}` installs into another directory", run)
        elif name != ("bundle", "config"):
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if "use-system-libraries" in command.text:
            raise RewriteRejected(f"the system libraries that `{text}` links to are unknown", run)
        return Place.BUILDER, "configures Bundler" if call.verb == "config" else "installs gems"

    def resolve(self) -> list[Step]:
        install, call = self.install, self.call
        self.checks.require("Bundler installs the gems", install, "no RUN runs `bundle install`")
        assert install is not None and call is not None
        require_root(self.build, install, self.checks)
        manifests = bundler_manifests(self.build, self.stage, self.context, install, call)
        self._find_directories(install, call, manifests)
        self.require_remaining_runs()
        gems = listed_gems(self.context, manifests)
        self.require_compilers()
        needs = self.system_needs("ruby")
        needs.add_packages("ruby", gems - TESTING_GEMS)
        self.checks.require("the system dependencies of the gems are known", True)
        started = ruby_program_packages(self.context, manifests, gems, self.programs(), self.checks)
        self.find_needs(needs.packages, started)
        for directory in self.directories:
            overwritten = overwritten_path(self.build, self.stage, self.context, directory)
            if overwritten:
                raise RewriteRejected(
                    f"`{overwritten}` in the build context would overwrite the gems; add it to .dockerignore", install
                )
        self.find_manifests(manifests)
        return []

    def _find_directories(self, install: Run, call: PackageCall, manifests: Iterable[str]) -> None:
        """Add the directory of the project that Bundler installs into, if any, to `directories`."""
        variables = self.build.state(install).vars
        moving = [name for name in ("BUNDLE_PATH", "GEM_HOME", "BUNDLE_APP_CONFIG") if name in variables]
        self.checks.require(
            "no variable changes where gems are installed",
            not moving,
            f"the install location is set by {quoted(moving)}; remove that setting",
            install,
        )
        directory = self._configured_path(call)
        if any(name.endswith(".bundle/config") for name in manifests):
            raise RewriteRejected("the project contains `.bundle/config`, which changes the install", install)
        if directory:
            here = self.build.state(install).path(".") or "/"
            self.directories.append(posixpath.normpath(posixpath.join(here, directory)))

    def _configured_path(self, call: PackageCall) -> str:
        """The directory that options and `bundle config` set; "" for none."""
        directory = call.value("--path") or ("vendor/bundle" if call.has("--deployment") else "")
        for run in self.builder_runs():
            for placed in self.commands_in(run, Place.BUILDER):
                words = [word.value for word in placed.command.command.words]
                if "path" in words and words[-1] != "path":
                    directory = words[-1]
                elif "deployment" in words and words[-1] in ("true", "1"):
                    directory = directory or "vendor/bundle"
        return directory

    def _is_frozen(self, install: Run, call: PackageCall) -> bool:
        """Whether an option, a variable or `bundle config` keeps Bundler from writing the lock file."""
        variables = self.build.state(install).vars
        if call.has("--frozen", "--deployment") or "BUNDLE_FROZEN" in variables or "BUNDLE_DEPLOYMENT" in variables:
            return True
        placed = [each for run in self.builder_runs() for each in self.commands_in(run, Place.BUILDER)]
        lines = [[word.value for word in each.command.command.words] for each in placed]
        return any(line[-1] in ("true", "1") and not {"frozen", "deployment"}.isdisjoint(line) for line in lines)

    def _written_lock(self) -> str:
        """The Gemfile.lock that the install writes, which `bundle exec` would write again, even without permission.

        Bundler adds the platform of the image to a lock file that lacks it. "" when the file is not written, or is
        copied after the install.
        """
        assert self.install is not None and self.call is not None
        if self._is_frozen(self.install, self.call):
            return ""
        path = posixpath.join(self.build.state(self.install).path(".") or "/", "Gemfile.lock")
        lock = ""
        for place in context_copies(self.build, self.stage, self.context):
            name = place.source_of(path)
            if name is None or not self.context.includes(name):
                continue
            if place.instruction.start > self.install.start:
                return ""
            lock = read_context_file(self.context, name) or ""
        return path if lacks_platform(lock) else ""

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.install is not None
        yield from ((self.first_needed(), Artifact(path, "the gems")) for path in self.directories)
        lock = self._written_lock()
        if lock:
            yield self.install, Artifact(lock, "the lock file as the install writes it")


def _deletes_leftovers(command: RunCommand) -> bool:
    """Whether a command deletes only caches and what compiling leaves."""
    return command.command.name == "rm" and all(
        "/cache" in word.value or "/.bundle" in word.value or word.value.endswith((".c", ".o", ".git"))
        for word in command.command.operands()
    )
