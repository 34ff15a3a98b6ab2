"""What the commands of the builder write, so that it is known what the final stage needs from it."""

from __future__ import annotations

import posixpath
import re

from ...base.copies import context_path, read_context_file
from .build_programs import BUILD, COMPILERS, FETCH, FILES, MAKE, PYTHONS, QUIET, SHELLS, called_name
from .build_record import BuildRecord
from .changed_files import change_files
from .compiled_files import compiled_file, install_prefix, prefix_option
from .fetched_files import fetch
from .language_calls import read_call
from .package_parts import adds_package_source
from .placed_words import placed_commands
from .written_paths import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .....model.build import Build
    from .....model.context import Context
    from .....syntax.tree import Run
    from ...base.rewrite import RewriteRejected
    from .placed_words import PlacedWords


class BuildEffects(BuildRecord):
    """Reads from the commands of RUNs what the builder writes."""

    def __init__(self, build: Build, context: Context, sources: Iterable[str]) -> None:
        super().__init__(sources)
        self.build = build
        self.context = context
        self._prefixes: dict[str, str] = {}

    def read(self, run: Run) -> None:
        """Add what the commands of a RUN write. Raises RewriteRejected for one that is not understood."""
        calls = {id(call.command): call for call in self.build.package_calls(run)}
        for place in placed_commands(self.build, run):
            call = calls.get(id(place.command))
            if place.command.wrappers and call is None:
                raise place.rejected(f"`{place.command.wrappers[0]}` in front of `{place.text}` is not supported")
            self.enter(place)
            if call is None:
                self._read_command(place)
            elif call.manager.ecosystem != "os":
                read_call(self, place, call)
            for redirect in place.command.redirects:
                if ">" in redirect.operator and "&" not in redirect.operator and redirect.target is not None:
                    self.write(place, place.path(redirect.target.value))

    def _read_command(self, place: PlacedWords) -> None:
        name = called_name(place.command.name, [word.value for word in place.command.operands()])
        if name in FETCH:
            fetch(self, place, name)
        elif name in COMPILERS:
            self.add_output(place, place.path(compiled_file(place)))
        elif name in MAKE or name in BUILD:
            self._build(place, name)
        elif name == "ldconfig":
            self.add_ldconfig()
        elif name in FILES:
            change_files(self, place, name)
        elif name in PYTHONS:
            self._run_python(place)
        elif name == "virtualenv":
            self.add_environment(place, place.command.operands(("-p", "--python"))[-1].value)
        elif name not in QUIET and place.command.words:
            raise self._unknown(place)

    def _unknown(self, place: PlacedWords) -> RewriteRejected:
        """The refusal of a command that is not understood."""
        text = place.run.arguments_text
        node = re.search(r"deb\.nodesource\.com/(?:setup_|node_)(\d+|lts|current)", text)
        if node is not None:
            return place.rejected(f"NodeSource's script adds a package source; start from `node:{node[1]}` instead")
        if adds_package_source(text):
            return place.rejected(
                f"`{place.text}` adds a package source in the RUN of a build; move it to the first RUN"
            )
        piped = place.command.name in SHELLS and place.command.operator_before == "|"
        remedy = "COPY the script instead" if piped else "move it to a RUN after the build"
        return place.rejected(f"what `{place.text}` writes is unknown; {remedy}")

    def _build(self, place: PlacedWords, name: str) -> None:
        """Read a command that builds in its directory, and may install."""
        directory = place.path(place.option("-C", "--directory") or ".") if name in MAKE else place.here
        if directory == "/":
            raise place.rejected(f"`{place.text}` builds in `/`; set WORKDIR to a directory of its own")
        tree = self.add_build(place, directory)
        configured = prefix_option(place, name)
        if configured is not None:
            self._prefixes[tree] = configured
        prefix = install_prefix(place, name, self._prefixes.get(tree), self._makefile(directory))
        if prefix:
            self.install(place, prefix, tree)

    def _makefile(self, directory: str) -> str | None:
        """The text of the Makefile in a directory; None when it is not in the build context."""
        stage = self.build.stages[0]
        for name in ("GNUmakefile", "makefile", "Makefile"):
            found = context_path(self.build, stage, self.context, posixpath.join(directory, name))
            if found is not None:
                return read_context_file(self.context, found)
        return None

    def _run_python(self, place: PlacedWords) -> None:
        words = [word.value for word in place.command.args]
        if words[:2] == ["-m", "venv"]:
            self.add_environment(place, place.command.operands(("-m", "--prompt"))[-1].value)
        elif words[:1] and posixpath.basename(words[0]) == "get-pip.py":
            self.install(place, LOCAL)
        elif words == ["setup.py", "install"] and place.here != "/":
            self.add_build(place, place.here)
            self.install(place, LOCAL)
        else:
            raise place.rejected(f"what `{place.text}` writes is unknown; move it to a RUN after the build")
