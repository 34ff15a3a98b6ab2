"""Ruby: gems installed in a stage with compilers, and run on the slim image of the same version."""

from __future__ import annotations

import posixpath
import re

from ....model.images.slimmer import find_slim_variant
from ....syntax.tree import Run
from ..base.copies import read_context_file
from ..base.programs import (
    FULL_IMAGE_PROGRAMS,
    ProgramUsage,
    add_ca_certificates,
    check_final_stage_runs,
    require_no_compiler_at_start,
)
from ..base.rewrite import (
    NothingToDo,
    Preconditions,
    RewriteOutcome,
    RewriteRejected,
    StageRewrite,
    Step,
    run_rewrite,
    slim_base_step,
)
from ..manifests.build_manifests import bundler_manifests
from ..split.stage_facts import NAME, base_text, copy_from_build, library_packages, quoted, require_plain_base
from .stage_split import StageSplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ..base.run_steps import RunCommand

_GEMS = "/usr/local/bundle"
"""Where the official images keep gems (GEM_HOME)."""
_IN_THE_IMAGE = frozenset("libffi-dev libgmp-dev libssl-dev libyaml-dev zlib1g-dev".split())
"""Headers whose libraries slim images have, too. Source: docker-library/ruby's template."""
_LATE = frozenset(
    """PORT HOST TZ LANG LC_ALL RAILS_ENV RACK_ENV RAILS_LOG_TO_STDOUT RAILS_SERVE_STATIC_FILES SECRET_KEY_BASE
    DATABASE_URL REDIS_URL APP_HOME NODE_ENV""".split()
)
"""Variables that no install depends on."""
_NATIVE = {
    "charlock_holmes": "libicu-dev",
    "curb": "libcurl4-openssl-dev",
    "ethon": "libcurl4-openssl-dev",
    "hiredis-client": "",
    "idn-ruby": "libidn-dev",
    "libxml-ruby": "libxml2-dev",
    "mysql2": "default-libmysqlclient-dev",
    "pg": "libpq-dev",
    "rgeo": "libgeos-dev",
    "rmagick": "libmagickwand-dev",
    "ruby-filemagic": "libmagic-dev",
    "ruby-vips": "libvips-dev",
    "sequel_pg": "libpq-dev",
    "snappy": "libsnappy-dev",
    "sqlite3": "libsqlite3-dev",
    "tiny_tds": "freetds-dev",
    "zookeeper": "",
}
"""Gems that load system libraries, and the -dev packages of these. Source: their documentation."""
_UNKNOWN = frozenset(
    """capybara-webkit ferrum ffi-gdal gdal gobject-introspection grover gtk3 ruby-oci8 ruby-odbc selenium-webdriver
    wicked_pdf wkhtmltopdf-binary pdfkit""".split()
)
"""Gems whose run-time dependencies are not known here."""
_TESTING = frozenset(("selenium-webdriver", "ferrum", "capybara-webkit"))
"""Gems for tests, which the image does not run."""
_PROGRAMS = {"mini_magick": "imagemagick", "paperclip": "imagemagick", "kt-paperclip": "imagemagick", "git": "git"}
"""Gems that start programs of the full image, and the packages of these."""
_STARTED = re.compile(r"""(?:\b(?:system|exec|spawn|popen\w*|capture\w*)\s*[( ]\s*\[?\s*["']|`|%x[\[({])\s*([\w.-]+)""")


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a Ruby image into a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _RubySplit(build, stage, context, checks).result())


class _RubySplit(StageRewrite):
    """A stage whose gems Bundler installs.

    `stage_split`: the instructions, sorted
    `directories`: where the gems are
    `call`: the `bundle install`
    """

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.stage_split = StageSplit(build, stage, context)
        self.stage_split.runtime_variables = _LATE
        self.directories = [_GEMS]
        self.call: PackageCall | None = None

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        slim, release = self._base()
        split = self.stage_split
        for instruction in self.stage.instructions:
            if isinstance(instruction, Run):
                self._sort(instruction)
        split.check()
        install = split.install
        self.checks.require("Bundler installs the gems", install, "no RUN runs `bundle install`")
        assert install is not None and self.call is not None
        split.manifests = bundler_manifests(self.build, self.stage, self.context, install, self.call)
        self._find_directories(install, self.call)
        kept = split.final_instructions()
        moved = split.builder_runs.keys() | split.apt_installs.keys()
        check_final_stage_runs(self.build, self.stage, self.context, moved, install, builds=False)
        gems = self._gems()
        extra = self._extra(gems, ProgramUsage(self.build, self.stage, self.context, kept))
        compiles = any(system.has_build_packages for system in split.apt_installs.values())
        if not slim and not compiles:
            raise NothingToDo(
                "the base image is already slim and no compilers are installed, so a second stage saves nothing"
            )
        split.builder_packages = lambda system: system.needed_in_builder(full=bool(slim))
        native = self._native(gems, release)
        split.packages = split.runtime_packages(release, [*native, *(extra if slim else ())], _IN_THE_IMAGE)
        self._require_not_overwritten(install)
        split.copy_lines = copy_from_build(*self.directories)
        split.runtime = slim
        step = Step("Install the gems in a separate stage", "keeps compilers, headers and caches out of the image")
        return split.text(), [step, slim_base_step(slim)] if slim else [step]

    def _require_not_overwritten(self, install: Run) -> None:
        """Raise RewriteRejected when the build context has files in the place of the gems."""
        for directory in self.directories:
            overwritten = self.stage_split.overwritten_path(directory)
            if overwritten:
                raise RewriteRejected(
                    f"`{overwritten}` in the build context would overwrite the gems; add it to .dockerignore", install
                )

    def _base(self) -> tuple[str, str | None]:
        """The slim variant of the base image, "" when it is slim, and the Debian release in its tag."""
        ref, facts = self.stage.base_ref, self.stage.base_facts
        self.checks.require(
            "the base image is an official Ruby image on Debian",
            ref and facts and facts.family == "debian",
            f"`{base_text(self.stage)}` is not an official Ruby image on Debian",
            self.stage.from_,
        )
        assert ref is not None and facts is not None
        slim = find_slim_variant(ref)
        self.checks.require(
            "the base image has a slim variant of the same version and release",
            slim or "slim" in (ref.tag or ""),
            f"`{ref.text}` has no slim variant",
            self.stage.from_,
        )
        require_plain_base(self.stage, self.checks)
        release = facts.suite if facts.suite and (ref.tag or "").endswith(facts.suite) else None
        return (slim.text if slim else ""), release

    def _sort(self, run: Run) -> None:
        if not any(
            call.manager.ecosystem in ("os", "ruby") and call.verb != "exec" for call in self.build.package_calls(run)
        ):
            return
        for command in self.stage_split.sort_run(run):
            self._take(run, command)

    def _take(self, run: Run, command: RunCommand) -> None:
        """Record what a command is for. Raises RewriteRejected for one that cannot move to the builder."""
        call, text = command.call, command.text[:60]
        if call is None:
            if not _deletes_leftovers(command):
                raise RewriteRejected(f"`{text}` is in the same RUN as an install; move it to a separate RUN", run)
            # Only what it deletes among the gems would be copied from the builder.
            if _GEMS in command.text:
                self.stage_split.builder_runs[id(run)].append(command)
            return
        if call.manager.ecosystem != "ruby" or call.uncertain:
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if call.manager.name == "bundle" and call.verb == "restore":
            if self.stage_split.install is not None:
                raise RewriteRejected("the gems are installed more than once", run)
            self.stage_split.install = run
            self.call = call
        elif call.manager.name == "gem" and call.verb == "install":
            if call.has("--install-dir", "-i", "--user-install", "--bindir", "-n"):
                raise RewriteRejected(f"`{text}` installs into another directory", run)
        elif not (call.manager.name == "bundle" and call.verb == "config"):
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if "use-system-libraries" in command.text:
            raise RewriteRejected(f"the system libraries that `{text}` links to are unknown", run)
        self.stage_split.builder_runs[id(run)].append(command)

    def _find_directories(self, install: Run, call: PackageCall) -> None:
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
        if any(name.endswith(".bundle/config") for name in self.stage_split.manifests):
            raise RewriteRejected("the project contains `.bundle/config`, which changes the install", install)
        if directory:
            here = self.build.state(install).path(".") or "/"
            self.directories.append(posixpath.normpath(posixpath.join(here, directory)))

    def _configured_path(self, call: PackageCall) -> str:
        """The directory that options and `bundle config` set; "" for none."""
        directory = call.value("--path") or ("vendor/bundle" if call.has("--deployment") else "")
        for command in [command for found in self.stage_split.builder_runs.values() for command in found]:
            words = [word.value for word in command.command.words]
            if "path" in words and words[-1] != "path":
                directory = words[-1]
            elif "deployment" in words and words[-1] in ("true", "1"):
                directory = directory or "vendor/bundle"
        return directory

    def _gems(self) -> set[str]:
        """The gems of Gemfile and Gemfile.lock."""
        text = "\n".join(read_context_file(self.context, name) or "" for name in self.stage_split.manifests)
        return set(re.findall(r"^ {4}([\w.-]+) \(", text, re.MULTILINE)) | set(
            re.findall(r"""^\s*gem\s*\(?\s*["']([\w.-]+)["']""", text, re.MULTILINE)
        )

    def _native(self, gems: set[str], release: str | None) -> dict[str, str]:
        """The packages with the libraries that the final stage needs, each with the gem that loads it."""
        unknown = sorted((gems & _UNKNOWN) - _TESTING)
        self.checks.require(
            "the system libraries of the gems are known",
            not unknown,
            f"the run-time system dependencies of {quoted(unknown)} are unknown",
        )
        found: dict[str, str] = {}
        for name in sorted(gems & _NATIVE.keys()):
            for header in _NATIVE[name].split():
                found.update(dict.fromkeys(library_packages(name, header, release), name))
        return found

    def _extra(self, gems: set[str], uses: ProgramUsage) -> dict[str, str]:
        """Packages of programs that the image may start, and of data that gems read, each with what needs it."""
        extra = dict(uses.packages())
        for name in self.context.files():
            if name.endswith((".rb", ".rake", ".ru")) or posixpath.basename(name) in ("Rakefile", "Procfile"):
                for program in _STARTED.findall(read_context_file(self.context, name) or ""):
                    if program in FULL_IMAGE_PROGRAMS:
                        extra.setdefault(FULL_IMAGE_PROGRAMS[program], program)
        for name in sorted(gems & _PROGRAMS.keys()):
            extra.setdefault(_PROGRAMS[name], name)
        if any(
            re.search(r"^GIT$", read_context_file(self.context, name) or "", re.MULTILINE)
            for name in self.stage_split.manifests
        ):
            extra.setdefault("git", "bundle")
        if "tzinfo" in gems and "tzinfo-data" not in gems:
            extra.setdefault("tzdata", "tzinfo")
        require_no_compiler_at_start(extra, self.checks)
        return add_ca_certificates(extra)


def _deletes_leftovers(command: RunCommand) -> bool:
    """Whether a command deletes only caches and what compiling leaves."""
    return command.command.name == "rm" and all(
        "/cache" in word.value or "/.bundle" in word.value or word.value.endswith((".c", ".o", ".git"))
        for word in command.command.operands()
    )
