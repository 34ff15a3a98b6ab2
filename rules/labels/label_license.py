"""DL3054."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .schema import mistyped_labels
from .spdx import is_spdx

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3054", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def label_license(build: Build) -> Iterator[Finding]:
    """A label that should be a license of SPDX is none.

    ## Why
    License checks read it as an SPDX expression: `MIT`, `Apache-2.0 OR GPL-2.0-or-later`. Only the form of the
    expression and names that people often get wrong are checked; dlint has no list of all licenses.
    The rule finds nothing until the option `label-schema` gives a label the type `spdx`.
    """
    yield from mistyped_labels(build, "spdx", is_spdx, "SPDX expression")


_OPTIONS = {"label-schema": {"x": "spdx"}}

EXAMPLES = (
    Bad('LABEL x=«"Apache 2.0"»', options=_OPTIONS),
    Bad("LABEL x=«GPLv3»", options=_OPTIONS),
    Bad('LABEL x=«"MIT OR"»', options=_OPTIONS),
    Good("LABEL x=MIT", options=_OPTIONS),
    Good('LABEL x="(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0"', options=_OPTIONS),
    Good("LABEL x=LicenseRef-Example", options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="an empty one is DL3051's"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the build gives the value"),
    Good("LABEL x=1", why="the option is not set"),
)
