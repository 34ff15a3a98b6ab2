"""PKG005."""

from __future__ import annotations

import re

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.specs import Package
    from ...syntax.tree import Run

_BRANCHES = ("main", "master", "develop", "dev", "trunk", "HEAD", "nightly", "latest")
_ARCHIVE = (
    rf"/(?:archive|zipball|tarball|raw)/(?:refs/heads/)?(?P<branch>{'|'.join(_BRANCHES)})(?:[./?#]|$)"
    r"|/refs/heads/(?P<head>[^/?#]+)"
)


@rule(
    "PKG005",
    level=WARNING,
    since="0.1",
    prefilter=("://", "github:", "gitlab:", "#ma", "#dev"),
    scope=SHIPPED,
    subject=VERSION_WORDS,
)
def moving_branch(run: Run, build: Build) -> Iterator[Finding]:
    """pip, uv, npm, pnpm or Yarn installs a package from a branch, which moves.

    ## Why
    The same Dockerfile installs other code after each commit to the branch, and a cached layer keeps old code.

    ## What to do
    Name a commit: `pip install https://github.com/x/y/archive/<commit>.zip`, `git+https://…@<commit>`,
    `npm install github:x/y#<commit>`. Or install a released version from the registry.

    ## Exceptions
    - A repository without a branch, which DL3013 and DL3016 report.
    """
    for call in build.package_calls(run):
        if call.manager.ecosystem not in ("python", "node") or call.verb != "install":
            continue
        for package in call.packages:
            branch = _branch(package)
            if branch:
                message = f"`{package.word.value}` is the branch `{branch}`, which moves; use a commit or a release"
                yield Finding(message, package.word)


def _branch(package: Package) -> str:
    """The branch that the package is installed from; empty if it is not one."""
    if package.kind == "repository":
        return package.version if package.version in _BRANCHES else ""
    found = re.search(_ARCHIVE, package.word.value) if package.kind == "url" else None
    return (found["branch"] or found["head"]).partition(".")[0] if found is not None else ""


EXAMPLES = (
    Bad("RUN pip install «https://github.com/x/y/archive/main.zip»", message="is the branch `main`"),
    Good("RUN pip install https://github.com/x/y/archive/8f1b2c3.zip"),
    Bad("RUN pip install «git+https://github.com/x/y@master»"),
    Bad("RUN pip install a==1 «'y @ https://github.com/x/y/archive/refs/heads/feature.tar.gz'»"),
    Bad("RUN npm install -g «github:x/y#main»"),
    Bad("RUN uv pip install --system «git+https://github.com/x/y.git@develop»"),
    Good("RUN pip install git+https://github.com/x/y@v1.2"),
    Good("RUN pip install git+https://github.com/x/y", why="DL3013 reports it"),
    Good("RUN pip install https://example.com/main/a-1.0-py3-none-any.whl"),
    Good("RUN pip install main==1.0"),
)
