"""Ruby: gems installed where compilers and headers are, run on the slim image of the same version."""

from __future__ import annotations

import posixpath
import re

from ....model.images.slimmer import find_slim_variant
from ....model.packages.runtime_libraries import runtime_libraries_for
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
from .shared import base_text, quoted, require_plain_base
from .stage_split import StageSplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ..base.run_steps import RunCommand

NAME = "multi-stage"
_GEMS = "/usr/local/bundle"
"""Where the official images keep gems (GEM_HOME)."""
_IN_THE_IMAGE = frozenset("libffi-dev libgmp-dev libssl-dev libyaml-dev zlib1g-dev".split())
"""Headers that the slim images have too. Source: docker-library/ruby's template."""
_LATE = frozenset(
    """PORT HOST TZ LANG LC_ALL RAILS_ENV RACK_ENV RAILS_LOG_TO_STDOUT RAILS_SERVE_STATIC_FILES SECRET_KEY_BASE
    DATABASE_URL REDIS_URL APP_HOME NODE_ENV""".split()
)
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
"""Gems that load libraries of the system, and the -dev packages of these. Source: their documentation."""
_UNKNOWN = frozenset(
    """capybara-webkit ferrum ffi-gdal gdal gobject-introspection grover gtk3 ruby-oci8 ruby-odbc selenium-webdriver
    wicked_pdf wkhtmltopdf-binary pdfkit""".split()
)
"""Gems whose needs at run time are more than is known here."""
_TESTING = frozenset(("selenium-webdriver", "ferrum", "capybara-webkit"))
_PROGRAMS = {"mini_magick": "imagemagick", "paperclip": "imagemagick", "kt-paperclip": "imagemagick", "git": "git"}
"""Gems that start programs of the full image, and their packages."""
_STARTED = re.compile(r"""(?:\b(?:system|exec|spawn|popen\w*|capture\w*)\s*[( ]\s*\[?\s*["']|`|%x[\[({])\s*([\w.-]+)""")


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a Ruby image in a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _RubySplit(build, stage, context, checks).result())


class _RubySplit(StageRewrite):
    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.stage_split = StageSplit(build, stage, context)
        self.stage_split.runtime_variables = _LATE
        self.folders = [_GEMS]
        self.call: PackageCall | None = None

    def result(self) -> tuple[str, list[Step]]:
        slim, release = self._base()
        parting = self.stage_split
        for instruction in self.stage.instructions:
            if isinstance(instruction, Run):
                self._sort(instruction)
        parting.check()
        install = parting.install
        self.checks.require("Bundler installs the gems", install, "no RUN runs `bundle install`")
        assert install is not None and self.call is not None
        parting.manifests = bundler_manifests(self.build, self.stage, self.context, install, self.call)
        self._settings(install)
        kept = parting.final_instructions()
        check_final_stage_runs(
            self.build,
            self.stage,
            self.context,
            parting.builder_runs.keys() | parting.apt_installs.keys(),
            install,
            builds=False,
        )
        gems = self._gems()
        extra = self._extra(gems, ProgramUsage(self.build, self.stage, self.context, kept))
        compiles = any(system.has_build_packages for system in parting.apt_installs.values())
        if not slim and not compiles:
            raise NothingToDo(
                "the base image is already slim and no compilers are installed, so a second stage saves nothing"
            )
        parting.builder_packages = lambda system: system.needed_in_builder(full=bool(slim))
        libraries_of = self._native(gems, release)
        parting.packages = parting.runtime_packages(release, [*libraries_of, *(extra if slim else ())], _IN_THE_IMAGE)
        for folder in self.folders:
            covered = parting.overwritten_path(folder)
            if covered:
                raise RewriteRejected(
                    f"`{covered}` in the build context would overwrite the gems; add it to .dockerignore", install
                )
        parting.copy_lines = [f"COPY --from=build {folder} {folder}" for folder in self.folders]
        parting.runtime = slim
        steps = [Step("Install the gems in a separate stage", "keeps compilers, headers and caches out of the image")]
        if slim:
            steps.append(slim_base_step(slim))
        return parting.text(), steps

    def _base(self) -> tuple[str, str | None]:
        ref, facts, base = self.stage.base_ref, self.stage.base_facts, self.stage.from_.base
        self.checks.require(
            "the base image is an official Ruby image on Debian",
            ref and facts and facts.family == "debian",
            f"`{base_text(self.stage)}` is not an official Ruby image on Debian",
            self.stage.from_,
        )
        assert ref is not None and facts is not None and base is not None
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
        for piece in self.stage_split.sort_run(run):
            self._take(run, piece)

    def _take(self, run: Run, piece: RunCommand) -> None:
        call = piece.call
        if call is None:
            if piece.command.name == "rm" and all(
                "/cache" in word.value or "/.bundle" in word.value or word.value.endswith((".c", ".o", ".git"))
                for word in piece.command.operands()
            ):
                # It empties what stays in the builder, but below the gems it is of use.
                if _GEMS in piece.text:
                    self.stage_split.builder_runs[id(run)].append(piece)
                return
            raise RewriteRejected(
                f"`{piece.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run
            )
        if call.manager.ecosystem != "ruby" or call.uncertain:
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        if call.manager.name == "bundle" and call.verb == "restore":
            if self.stage_split.install is not None:
                raise RewriteRejected("the gems are installed more than once", run)
            self.stage_split.install = run
            self.call = call
        elif call.manager.name == "gem" and call.verb == "install":
            if call.has("--install-dir", "-i", "--user-install", "--bindir", "-n"):
                raise RewriteRejected(f"`{piece.text[:60]}` installs into another directory", run)
        elif not (call.manager.name == "bundle" and call.verb == "config"):
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        if "use-system-libraries" in piece.text:
            raise RewriteRejected(f"the system libraries that `{piece.text[:60]}` links to are unknown", run)
        self.stage_split.builder_runs[id(run)].append(piece)

    def _settings(self, install: Run) -> None:
        """Where Bundler puts the gems: among those of the image, or into a folder of the project."""
        moving = [
            name for name in ("BUNDLE_PATH", "GEM_HOME", "BUNDLE_APP_CONFIG") if name in self.build.state(install).vars
        ]
        self.checks.require(
            "no variable changes where gems are installed",
            not moving,
            f"the install location is set by {quoted(moving)}; remove that setting",
            install,
        )
        call = self.call
        assert call is not None
        here = self.build.state(install).path(".") or "/"
        folder = call.value("--path") or ("vendor/bundle" if call.has("--deployment") else "")
        for found in self.stage_split.builder_runs.values():
            for piece in found:
                words = [word.value for word in piece.command.words]
                if "path" in words and words[-1] != "path":
                    folder = words[-1]
                elif "deployment" in words and words[-1] in ("true", "1"):
                    folder = folder or "vendor/bundle"
        if any(name.endswith(".bundle/config") for name in self.stage_split.manifests):
            raise RewriteRejected("the project contains `.bundle/config`, which changes the install", install)
        if folder:
            self.folders.append(posixpath.normpath(posixpath.join(here, folder)))

    def _gems(self) -> set[str]:
        text = "\n".join(read_context_file(self.context, name) or "" for name in self.stage_split.manifests)
        return set(re.findall(r"^ {4}([\w.-]+) \(", text, re.MULTILINE)) | set(
            re.findall(r"""^\s*gem\s*\(?\s*["']([\w.-]+)["']""", text, re.MULTILINE)
        )

    def _native(self, gems: set[str], release: str | None) -> dict[str, str]:
        """The libraries that the final stage needs, each with the gem that loads it."""
        unknown = sorted((gems & _UNKNOWN) - _TESTING)
        self.checks.require(
            "the system libraries of the gems are known",
            not unknown,
            f"the run-time system dependencies of {quoted(unknown)} are unknown",
        )
        found: dict[str, str] = {}
        for name in sorted(gems & _NATIVE.keys()):
            for header in _NATIVE[name].split():
                behind = runtime_libraries_for(header, release)
                if behind is None:
                    raise RewriteRejected(
                        f"`{name}` needs the library of `{header}`, whose package name depends on the Debian release; "
                        "name the release in the base image's tag"
                    )
                found.update(dict.fromkeys(behind, name))
        return found

    def _extra(self, gems: set[str], uses: ProgramUsage) -> dict[str, str]:
        """Packages for programs that are started, and for data that gems read."""
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
