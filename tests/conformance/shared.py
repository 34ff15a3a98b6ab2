"""Where the recorded answers of BuildKit and the corpus lie, when they lie anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared(name: str) -> Path:
    """The file or folder `name` of the shared material; skips the test when it is not there.

    It is looked for below $DLINT_SHARED, else below a folder `shared` beside the checkout.
    """
    root = os.environ.get("DLINT_SHARED") or Path(__file__).resolve().parents[3] / "shared"
    path = Path(root) / name
    if not path.exists():
        pytest.skip(f"no {name} below {root}: set DLINT_SHARED to the folder that holds the recorded answers")
    return path
