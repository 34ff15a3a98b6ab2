"""PKG021."""

from __future__ import annotations

import re

from ...syntax.tree import Run
from ..base import INFO, MEDIUM, Bad, Finding, Good, rule
from .shipped_installs import shipped_installs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from .shipped_installs import ShippedInstall

_GROUP = re.compile(
    r"^\s*group\s*\(?\s*:(?:development|test)\b|\bgroups?:\s*\[?\s*:(?:development|test)\b", re.MULTILINE
)
_ENVIRONMENTS = ("RAILS_ENV", "RACK_ENV")
_SETTINGS = ("BUNDLE_WITHOUT", "BUNDLE_ONLY")


@rule("PKG021", level=INFO, since="0.1", confidence=MEDIUM, onbuild=False, prefilter=("bundle",))
def bundler_groups(build: Build) -> Iterator[Finding]:
    """An image for production contains the gems of the groups development and test.

    ## Why
    RAILS_ENV=production decides which gems are loaded, not which ones Bundler installs. The others make the image
    bigger, and scanners report their vulnerabilities.

    ## What to do
    Set `ENV BUNDLE_WITHOUT=development:test` before `bundle install`.

    ## Exceptions
    - Images without RAILS_ENV or RACK_ENV `production`, and a Gemfile that is not known or has no such groups.
    - Any setting of `without` or `only`.
    """
    final = build.final_stage
    if final is None:
        return
    values = final.state(len(final.instructions)).vars
    if not any(values.get(name) == "production" for name in _ENVIRONMENTS):
        return
    for install in shipped_installs(build, "bundle", ("bundle", "gems", "/app", "/rails")):
        state = build.state(install.run)
        if install.call.has("--without", "--with", "--gemfile") or _is_set(build, install):
            continue
        if any(name in state.vars or name in state.unknown or name in install.call.environment for name in _SETTINGS):
            continue
        path = install.manifest(build, "Gemfile")
        data = build.context.read(path) if path is not None and build.context is not None else None
        if data is not None and _GROUP.search(data.decode("utf-8", "replace")):
            yield Finding(
                "`bundle install` also installs the groups development and test; set `BUNDLE_WITHOUT`",
                install.call.command,
            )
            return


def _is_set(build: Build, install: ShippedInstall) -> bool:
    """Whether a RUN configures the groups or removes gems."""
    runs = [step for stage in install.chain for step in stage.instructions if isinstance(step, Run)]
    return any(word in build.script(run).text for run in runs for word in ("without", "bundle clean", "BUNDLE_ONLY"))


_GEMFILE = "source 'https://rubygems.org'\ngem 'rails'\n\ngroup :development, :test do\n  gem 'debug'\nend\n"

EXAMPLES = (
    Bad(
        "WORKDIR /app\nENV RAILS_ENV=production\nCOPY Gemfile Gemfile.lock ./\nRUN «bundle install»\nCMD a",
        files={"Gemfile": _GEMFILE, "Gemfile.lock": ""},
        message="set `BUNDLE_WITHOUT`",
    ),
    Good(
        "WORKDIR /app\nENV RAILS_ENV=production BUNDLE_WITHOUT=development:test\nCOPY Gemfile Gemfile.lock ./\n"
        "RUN bundle install\nCMD a",
        files={"Gemfile": _GEMFILE, "Gemfile.lock": ""},
    ),
    Bad(
        "FROM ruby:3.3 AS b\nWORKDIR /app\nCOPY Gemfile* ./\nRUN «bundle install»\nFROM ruby:3.3-slim\n"
        'ARG RAILS_ENV=production\nENV RAILS_ENV="${RAILS_ENV}"\nCOPY --from=b /usr/local/bundle /usr/local/bundle',
        files={"Gemfile": "gem 'debug', group: :development\n", "Gemfile.lock": ""},
        why="copied to the final stage",
    ),
    Good("WORKDIR /app\nCOPY Gemfile ./\nRUN bundle install", files={"Gemfile": _GEMFILE}, why="not for production"),
    Good(
        "WORKDIR /app\nENV RAILS_ENV=production\nCOPY Gemfile ./\nRUN bundle config set without test && bundle install",
        files={"Gemfile": _GEMFILE},
    ),
    Good(
        "WORKDIR /app\nENV RAILS_ENV=production\nCOPY Gemfile ./\nRUN bundle install",
        files={"Gemfile": "gem 'rails'\n"},
        why="no such group",
    ),
    Good("WORKDIR /app\nENV RACK_ENV=production\nCOPY Gemfile ./\nRUN bundle install", why="an unknown Gemfile"),
)
