"""DL3054."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .label_schema import mistyped_labels
from .spdx import is_spdx

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3054", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def label_license(build: Build) -> Iterator[Finding]:
    """A label that should be an SPDX license is not a valid SPDX expression.

    ## Why
    License checks parse the label as an SPDX expression: `MIT`, `Apache-2.0 OR GPL-2.0-or-later`.

    ## Exceptions
    - Unknown license names: only the syntax and common mistakes such as `GPLv3` are checked.

    ## Options
    - `label-schema`: the type of each label; empty by default. Only labels of type `spdx` are checked.

    ## References
    - <https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/>
    """
    yield from mistyped_labels(build, "spdx", is_spdx, "SPDX expression")


_OPTIONS = {"label-schema": {"x": "spdx"}}

EXAMPLES = (
    Bad('LABEL x=«"Apache 2.0"»', options=_OPTIONS),
    Good("LABEL x=MIT", options=_OPTIONS),
    Bad("LABEL x=«GPLv3»", options=_OPTIONS),
    Bad('LABEL x=«"MIT OR"»', options=_OPTIONS),
    Good('LABEL x="(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0"', options=_OPTIONS),
    Good("LABEL x=LicenseRef-Example", options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="empty values are reported by DL3051"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the value is set at build time"),
    Good("LABEL x=1", why="the option is not set"),
)
