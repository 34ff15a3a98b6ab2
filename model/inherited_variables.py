"""Which environment variables a base image may set, according to the catalog."""

from __future__ import annotations

from .images.catalog import CATALOG, ENV_COLUMN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .build import Stage


def base_may_define(stage: Stage, name: str) -> bool:
    """Whether the base image of the stage may set the variable `name`.

    False only for `scratch` and for official images in the catalog, if no recorded tag sets it. Windows images have
    system variables that are not part of the image configuration.
    """
    root = stage.root
    if root.image == "scratch":
        return False
    ref = root.base_ref
    if ref is None or not ref.name or root.is_windows:
        return True
    recorded = CATALOG.columns_by_tag(ref.name)
    start = name + "="
    return not recorded or any(pair.startswith(start) for columns in recorded.values() for pair in columns[ENV_COLUMN:])
