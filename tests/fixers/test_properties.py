"""The laws of repair, for generated files; bench/fuzz.py --fix looks for new ones."""

from __future__ import annotations

import random

from dockerfile_dlint.syntax.source import Source
from hypothesis import given
from hypothesis import strategies as st

from ..syntax.test_properties import BROKEN, law
from .laws import check_repair, some_rules


@law
@given(BROKEN, st.integers(0, 1000), st.booleans())
def test_repairs(text: str, seed: int, unsafe: bool) -> None:
    check_repair(Source(text), some_rules(random.Random(seed)), unsafe, None)
