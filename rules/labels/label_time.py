"""DL3053."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .label_schema import mistyped_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3053", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def label_time(build: Build) -> Iterator[Finding]:
    """A label that should be a time is not a valid RFC 3339 time.

    ## Why
    Tools expect the format of `org.opencontainers.image.created`: `2025-01-31T12:00:00Z`.

    ## Options
    - `label-schema`: the type of each label; empty by default. Only labels of type `rfc3339` are checked.

    ## References
    - <https://www.rfc-editor.org/rfc/rfc3339#section-5.6>
    - <https://github.com/opencontainers/image-spec/blob/main/annotations.md>
    """
    yield from mistyped_labels(build, "rfc3339", is_rfc3339, "RFC 3339 time (example: 2025-01-31T12:00:00Z)")


def is_rfc3339(text: str) -> bool:
    """Whether the text is a date-time according to RFC 3339, section 5.6."""
    from datetime import datetime

    upper = text.upper()
    date, _, time = upper.partition("T")
    clock = time[:8]
    zone = time[8:].lstrip(".0123456789") if time[8:9] == "." else time[8:]
    fraction = time[8 : len(time) - len(zone)]
    known = zone == "Z" or (len(zone) == 6 and zone[0] in "+-" and zone[3] == ":")
    if not known or fraction == "." or len(date) != 10 or len(clock) != 8:
        return False
    # RFC 3339 allows leap seconds; Python does not.
    plain = clock[:6] + "59" if clock[6:] == "60" else clock
    try:
        datetime.fromisoformat(f"{date}T{plain}{zone}")
    except ValueError:
        return False
    return True


_OPTIONS = {"label-schema": {"x": "rfc3339"}}

EXAMPLES = (
    Bad("LABEL x=«2025-01-31»", options=_OPTIONS),
    Good("LABEL x=2025-01-31T12:00:00Z", options=_OPTIONS),
    Bad('LABEL x=«"2025-01-31 12:00:00Z"»', options=_OPTIONS),
    Bad("LABEL x=«2025-02-30T12:00:00Z»", options=_OPTIONS),
    Bad("LABEL x=«2025-01-31T12:00:00»", options=_OPTIONS, why="no time zone"),
    Good("LABEL x=2025-01-31t12:00:00.123+01:00", options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="empty values are reported by DL3051"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the value is set at build time"),
    Good("LABEL x=1", why="the option is not set"),
)
