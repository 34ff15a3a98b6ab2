from __future__ import annotations

import pytest
from dockerfile_dlint.lint.config.selection import (
    ALWAYS_ON,
    OFF_IN_HADOLINT,
    UnknownRule,
    explicitly_selected,
    is_rule_selector,
    matching_rules,
    normalize_selector,
    select_rules,
    shellcheck_codes,
    split_selectors,
)
from dockerfile_dlint.rules import RULES

DEFAULT = {rule.code for rule in RULES if rule.enabled}
EVERY = {rule.code for rule in RULES}


def chosen(select: str = "", ignore: str = "") -> set[str]:
    """The codes that run beside the one that always does."""
    rules = select_rules(split_selectors([select]), split_selectors([ignore]))
    assert [rule.code for rule in rules] == [rule.code for rule in RULES if rule in rules], "in the order of the list"
    return {rule.code for rule in rules} - set(ALWAYS_ON)


def family(prefix: str) -> set[str]:
    return {code for code in EVERY - set(ALWAYS_ON) if code.startswith(prefix)}


def test_without_a_choice_the_defaults_run() -> None:
    assert chosen() == DEFAULT - set(ALWAYS_ON)
    assert EVERY > DEFAULT, "some rules are off by default"


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        ("DL3008", "", {"DL3008"}),
        ("dl3008", "", {"DL3008"}),
        ("DL3008,DL3009", "", {"DL3008", "DL3009"}),
        (" DL3008 , DL3009 ,", "", {"DL3008", "DL3009"}),
        ("apt-pin", "", {"DL3008"}),
        ("apt_pin", "", {"DL3008"}),
        ("CKV_DOCKER_5", "", {"OPT001"}),
        ("checkov:CKV_DOCKER_5", "", {"OPT001"}),
        ("DS-0017", "", {"OPT001"}),
        ("CopyIgnoredFile", "", {"BK019"}),
        ("copyignoredfile", "", {"BK019"}),
        ("buildkit:CopyIgnoredFile", "", {"BK019"}),
        ("DL3008,DL3009", "DL3009", {"DL3008"}),
        ("DL3008", "DL", {"DL3008"}),  # the longer one wins
        ("DL300", "DL3008,DL3009", {"DL3000", "DL3001", "DL3002", "DL3003", "DL3004", "DL3006", "DL3007"} & EVERY),
        ("DL3008,DL3009", "ALL", {"DL3008", "DL3009"}),
        ("ALL", "ALL", set()),
        ("DL3008", "apt-pin", set()),  # of two whole names --ignore wins
        ("SYN003", "", set()),
    ],
)
def test_choice(select: str, ignore: str, codes: set[str]) -> None:
    assert chosen(select, ignore) == codes


def test_prefixes() -> None:
    hadolint = family("DL") - OFF_IN_HADOLINT
    assert chosen("DL") == hadolint
    assert chosen("DL,DL3057") == hadolint | {"DL3057"}
    assert chosen("DL,OPT", "DL3008") == (hadolint | family("OPT")) - {"DL3008"}
    assert chosen("ALL") == EVERY - set(ALWAYS_ON)
    assert chosen("ALL", "OPT") == EVERY - set(ALWAYS_ON) - family("OPT")
    assert chosen("", "DL") == DEFAULT - set(ALWAYS_ON) - family("DL")
    assert len(family("DL")) > 10


def test_options_may_be_given_again() -> None:
    assert split_selectors(["DL3008,DL3009", "OPT001 CTX"]) == ["DL3008", "DL3009", "OPT001", "CTX"]
    assert split_selectors([",", ""]) == []


def test_what_cannot_be_ignored() -> None:
    told: list[str] = []
    rules = select_rules(["DL3008"], ["SYN003", "SYN001", "SYN", "ALL"], told.append)
    assert tuple(rule.code for rule in rules) == (*ALWAYS_ON, "DL3008")
    assert told == [
        "SYN003 (syntax-error) is always reported and cannot be ignored",
        "SYN001 (unreadable-file) is always reported and cannot be ignored",
    ]
    assert chosen("SYN001") == set()


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("DL3OO8", "did you mean `DL3008`?"),
        ("DL308", "did you mean `DL30"),
        ("apt-pn", "did you mean `apt-pin`?"),
        ("CopyIgnoreFile", "did you mean `CopyIgnoredFile`?"),
        ("CKV_DOCKER_55", "did you mean `CKV_DOCKER_"),
        ("DL9999", "`DL9999`; see `dlint rules`"),
        ("nonsense", "`nonsense`; see `dlint rules`"),
        ("-", "`-`; see `dlint rules`"),
        ("*", "`*`; see `dlint rules`"),
    ],
)
def test_unknown(selector: str, hint: str) -> None:
    with pytest.raises(UnknownRule, match="unknown rule") as error:
        select_rules([selector], [])
    assert hint in str(error.value)


def test_another_tools_rule_may_be_ignored_before_it_exists() -> None:
    told: list[str] = []
    assert select_rules([], ["DL9999", "SC2086"], told.append) == select_rules([], [])
    assert told == ["no rule matches `DL9999`; --ignore has no effect"]
    with pytest.raises(UnknownRule):
        select_rules([], ["nonsense"])


def test_codes_of_shellcheck_are_selected_like_any_other() -> None:
    told: list[str] = []
    assert tuple(rule.code for rule in select_rules(["SC"], [], told.append)) == ALWAYS_ON
    assert told == []
    assert shellcheck_codes(["DL"], []) is None
    assert shellcheck_codes([], ["sc"]) is None
    assert shellcheck_codes([], [], use_defaults=False) is None
    only = shellcheck_codes(["SC2086"], [])
    assert only is not None and only("SC2086") and not only("SC2046")
    rest = shellcheck_codes([], ["SC2086"])
    assert rest is not None and rest("SC2164") and not rest("SC2086")


@pytest.mark.parametrize(
    ("select", "extend", "wanted"),
    [
        ([], [], False),
        (["SC"], [], True),
        (["SC20"], [], True),
        (["SC2086"], [], True),
        (["ALL"], [], True),
        ([], ["SC"], True),
        ([], ["SC2086"], True),
        ([], ["ALL"], True),
        ([], ["DL"], False),
    ],
)
def test_quotes_are_not_checked_by_default(select: list[str], extend: list[str], wanted: bool) -> None:
    codes = shellcheck_codes(select, [], extend=extend)
    assert (
        codes is not None
        and codes("SC2086") is wanted
        and codes("SC2164") is (select != ["SC2086"] and select != ["SC20"])
    )
    whole = shellcheck_codes([], [], off=())
    assert whole is not None and whole("SC2086")


def test_every_name_of_every_rule_selects_it() -> None:
    for rule in RULES:
        for name in rule.names:
            assert rule in matching_rules(name), name


def test_no_name_of_a_rule_is_the_code_of_another() -> None:
    codes = {normalize_selector(rule.code): rule for rule in RULES}
    for rule in RULES:
        assert all(codes.get(normalize_selector(name), rule) is rule for name in rule.names), rule.code


def test_what_can_only_be_a_rule() -> None:
    assert all(map(is_rule_selector, ("DL3008", "dl3059", "SC2086", "apt-pin", "CKV_DOCKER_5", "CopyIgnoredFile")))
    assert not any(map(is_rule_selector, ("Dockerfile", "DL", "DL30", "because", "SC2", "")))


@pytest.mark.parametrize(
    ("selector", "by_prefix", "named"),
    [("DL", True, True), ("DL3008", True, True), ("DL", False, False), ("DL3008", False, True)],
)
def test_rules_that_a_selector_names(selector: str, by_prefix: bool, named: bool) -> None:
    assert ("DL3008" in explicitly_selected([selector], by_prefix=by_prefix)) is named
