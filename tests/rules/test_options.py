"""The settings of rules, in the forms in which a configuration gives them."""

from __future__ import annotations

import pytest
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.rules.options import label_schema, pedantic, strict_labels, trusted_registries
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source


def build(**options: object) -> Build:
    return Build(parse(Source("FROM a\n")), options={name.replace("_", "-"): value for name, value in options.items()})


def test_nothing_is_set() -> None:
    nothing = build()
    assert not pedantic(nothing)
    assert not strict_labels(nothing)
    assert list(trusted_registries(nothing)) == []
    assert dict(label_schema(nothing)) == {}


@pytest.mark.parametrize("given", ["quay.io", ["quay.io"], ("quay.io",)])
def test_one_registry_or_a_list(given: object) -> None:
    assert list(trusted_registries(build(trusted_registries=given))) == ["quay.io"]


def test_labels() -> None:
    strict = build(label_schema={"a": "semver"}, strict_labels=True)
    assert label_schema(strict)["a"] == "semver"
    assert strict_labels(strict)
    assert pedantic(build(pedantic=True))
