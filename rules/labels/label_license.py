"""DL3054."""

from __future__ import annotations

from ...model.packages.licenses import LicenseList
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

    ## What to do
    Use the identifiers of the SPDX license list (`GPL-3.0-or-later` instead of `GPLv3`), and `LicenseRef-` followed by
    a name of your own for any other license.

    ## Options
    - `label-schema`: the type of each label; empty by default. Only labels of type `spdx` are checked.

    ## References
    - <https://spdx.org/licenses/>
    - <https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/>
    """
    yield from mistyped_labels(build, "spdx", lambda text: is_spdx(text, _known(build)), "SPDX expression")


def _known(build: Build) -> LicenseList:
    return build.cached("SPDX license list", LicenseList)


_OPTIONS = {"label-schema": {"x": "spdx"}}

EXAMPLES = (
    Bad('LABEL x=«"Apache 2.0"»', options=_OPTIONS),
    Good("LABEL x=MIT", options=_OPTIONS),
    Bad("LABEL x=«GPLv3»", options=_OPTIONS),
    Bad('LABEL x=«"MIT OR"»', options=_OPTIONS),
    Bad("LABEL x=«My-License»", options=_OPTIONS, why="not in the SPDX license list"),
    Bad('LABEL x=«"GPL-2.0-only WITH My-exception"»', options=_OPTIONS),
    Good("LABEL x=apache-2.0", options=_OPTIONS, why="identifiers are case-insensitive"),
    Good('LABEL x="(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0"', options=_OPTIONS),
    Good("LABEL x=LicenseRef-Example", options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="empty values are reported by DL3051"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the value is set at build time"),
    Good("LABEL x=1", why="the option is not set"),
)
