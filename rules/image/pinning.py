"""What the rules about tags of base images say."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.images.reference import ImageRef

_WITHOUT_VERSIONS = ("gcr.io/distroless/", "cgr.dev/chainguard/")
"""Images that publish no tags of versions, or only to customers.

Source: github.com/GoogleContainerTools/distroless, edu.chainguard.dev/chainguard/chainguard-images
"""


def shown_base(written: str, ref: ImageRef | None) -> str:
    """A base image for a message: as written, and what it is if that contains a variable."""
    return f"`{ref.text}` (`{written}`)" if ref is not None and "$" in written else f"`{written}`"


def pin_advice(ref: ImageRef | None) -> str:
    """The remedy for a base image without a version."""
    return "pin a digest" if ref is not None and ref.text.startswith(_WITHOUT_VERSIONS) else "pin a version"
