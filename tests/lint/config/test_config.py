"""Configuration: where it is found, what wins, what is wrong in it and where."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from dockerfile_dlint.lint.config import resolver as config
from dockerfile_dlint.lint.config.hadolint_config import own_errors
from dockerfile_dlint.lint.config.json_schema import json_schema
from dockerfile_dlint.lint.config.keys import CONFIG_KEYS, KEYS_BY_NAME
from dockerfile_dlint.lint.config.layer import ConfigError, ConfigLayer
from dockerfile_dlint.lint.config.reader import layers_from_environment, layers_from_options
from dockerfile_dlint.lint.config.resolver import ConfigResolver
from dockerfile_dlint.lint.engine.planning import default_plans

from ..runner import dlint

DOCKERFILE = "FROM debian\nRUN apt-get update && apt-get install -y curl=1 | cat\n"


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty repository as the current folder, with nothing of the user's around."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for name in [name for name in os.environ if name.startswith("DLINT_")]:
        monkeypatch.delenv(name)


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def codes(*words: str, **env: str) -> set[str]:
    return set(dlint("--ignore", "SC", *words, cwd=Path.cwd(), **env).codes)


# Where ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dlint.toml", 'ignore = ["DL3006"]'),
        (".dlint.toml", 'ignore = ["DL3006"]'),
        ("pyproject.toml", '[tool.dlint]\nignore = ["DL3006"]'),
        ("pyproject.toml", '[tool]\ndlint = { ignore = ["untagged-base"] }'),
        (".hadolint.yaml", "ignored: [DL3006]"),
        (".hadolint.yml", "ignored:\n- DL3006\n"),
        ("home/.config/hadolint.yaml", "ignored: [DL3006]"),
        ("home/.hadolint.yaml", "ignored: [DL3006]"),
    ],
)
def test_every_file_is_found_from_below(name: str, text: str) -> None:
    write("a/b/Dockerfile", DOCKERFILE)
    env = {"HOME": str(Path.cwd() / "home"), "XDG_CONFIG_HOME": ""}
    assert "DL3006" in codes("a", **env)
    write(name, text)
    assert "DL3006" not in codes("a", **env)
    assert "DL3006" in codes("--isolated", "a", **env)


def test_the_nearest_counts_and_repositories_end_the_search() -> None:
    for folder in (".", "a", "a/b", "a/b/c"):
        write(f"{folder}/Dockerfile", DOCKERFILE)
    write("dlint.toml", 'ignore = ["DL3006"]')
    write("a/dlint.toml", 'ignore = ["DL4006"]')
    write("a/pyproject.toml", "[tool.other]\n# dlint is only mentioned\n")
    Path("a/b/c/.git").mkdir()
    found = ConfigResolver()
    assert [found.of(f"{folder}/Dockerfile").get("ignore") for folder in (".", "a", "a/b", "a/b/c")] == [
        ["DL3006"],
        ["DL4006"],
        ["DL4006"],
        None,
    ]
    assert found.of("a/Dockerfile") is found.of("a/b/Dockerfile")


def test_a_dlint_configuration_farther_up_beats_a_near_one_of_hadolint() -> None:
    write("dlint.toml", "")
    write("a/.hadolint.yaml", "ignored: [DL3006]")
    assert ConfigResolver().of("a/Dockerfile").file.endswith("dlint.toml")


def test_standard_input_has_the_configuration_of_its_name() -> None:
    write("a/dlint.toml", 'ignore = ["DL3006"]')
    named = dlint("-", "--stdin-filename", "a/Dockerfile", cwd=Path.cwd(), stdin=DOCKERFILE.encode())
    assert "DL3006" not in named.codes
    assert "DL3006" in dlint("-", cwd=Path.cwd(), stdin=DOCKERFILE.encode()).codes


# What wins --------------------------------------------------------------------------------------------------------


def selection(*layers: dict[str, object]) -> tuple[object, ...]:
    return config.Config([ConfigLayer(str(number), "/", values) for number, values in enumerate(layers)]).selection()


def test_layers_of_selection() -> None:
    assert selection({"select": ["DL"], "ignore": ["DL3008"]}, {"ignore": ["SC"]}) == (
        ["DL"],
        [],
        ["DL3008", "SC"],
        None,
    )
    assert selection({"select": ["DL"], "ignore": ["DL3008"]}, {"select": ["DL3008"]}) == (["DL3008"], [], [], None)
    assert selection({"ignore": ["DL3008"]}, {"extend-select": ["dl3008", "SEC"]}) == ([], ["dl3008", "SEC"], [], None)
    assert selection({"profile": "hadolint"}, {"select": ["SEC"]}) == (["SEC"], [], [], None)
    assert selection({"select": ["SEC"]}, {"profile": "strict"}) == ([], [], [], "strict")


def test_options_beat_variables_and_variables_beat_files() -> None:
    write("Dockerfile", DOCKERFILE)
    write("dlint.toml", 'fail-level = "error"\nignore = ["DL3006"]\n')
    assert dlint("Dockerfile", cwd=Path.cwd()).status == 0
    assert dlint("Dockerfile", cwd=Path.cwd(), DLINT_FAIL_LEVEL="warning").status == 1
    assert dlint("--fail-level", "error", "Dockerfile", cwd=Path.cwd(), DLINT_FAIL_LEVEL="style").status == 0
    assert dlint("--config", "fail-level=style", "Dockerfile", cwd=Path.cwd()).status == 1
    assert "DL3006" in codes("--select", "DL3006", "Dockerfile")
    assert "DL3006" in codes("--extend-select", "DL3006", "Dockerfile")
    assert "DL4006" not in codes("Dockerfile", DLINT_IGNORE="DL4006,SEC")
    assert "DL3006" not in codes("Dockerfile", DLINT_IGNORE="DL4006,SEC")


def test_one_file_for_everything() -> None:
    write("Dockerfile", DOCKERFILE)
    write("dlint.toml", 'ignore = ["DL3006"]')
    write("other.toml", 'ignore = ["DL4006"]')
    assert {"DL3006"} <= codes("--config", "other.toml", "Dockerfile") - {"DL4006"}
    assert "DL4006" not in codes("Dockerfile", DLINT_CONFIG="other.toml")
    assert {"DL3006", "DL4006"} <= codes("Dockerfile", DLINT_ISOLATED="1")


def test_extend_joins_what_adds_up_and_replaces_the_rest() -> None:
    write("base.toml", 'ignore = ["DL3006"]\nselect = ["DL"]\nseverity = { DL3008 = "error" }\nfail-level = "error"')
    write(
        "a/dlint.toml", 'extend = "../base.toml"\nignore = ["DL4006"]\nseverity = { SEC = "info" }\nfail-level = "info"'
    )
    counts = ConfigResolver().of("a/Dockerfile")
    assert counts.selection() == (["DL"], [], ["DL3006", "DL4006"], None)
    assert counts.get("severity") == {"DL3008": "error", "SEC": "info"}
    assert counts.get("fail-level") == "info"


def test_hadolints_file_can_be_extended() -> None:
    write(".hadolint.yaml", "ignored: [DL3006]\n")
    write("dlint.toml", 'extend = [".hadolint.yaml"]\nextend-select = ["OPT"]\n')
    assert ConfigResolver().of("Dockerfile").selection() == ([], [*own_errors(), "OPT"], ["DL3006"], "hadolint")


# Keys -------------------------------------------------------------------------------------------------------------


def test_per_file_ignores_and_exclude_are_relative_to_their_file() -> None:
    for name in ("old/Dockerfile", "new/Dockerfile", "new/dev.Dockerfile", "third/deep/Dockerfile"):
        write(f"a/{name}", DOCKERFILE)
    write("a/dlint.toml", 'exclude = ["third/"]\n[per-file-ignores]\n"old/" = ["DL3006"]\n"*.Dockerfile" = ["DL"]\n')
    out = dlint("--ignore", "SC", ".", cwd=Path.cwd()).out
    assert "a/new/Dockerfile:1:6: DL3006" in out
    assert "old/Dockerfile:1:6: DL3006" not in out
    assert "old/Dockerfile" in out
    assert "dev.Dockerfile" not in out
    assert "third" not in out
    assert "third" in dlint("a/third/deep/Dockerfile", cwd=Path.cwd()).out


def test_severity_of_the_longer_selector() -> None:
    write("Dockerfile", DOCKERFILE + "RUN echo $HOME\n")
    write("dlint.toml", '[severity]\nALL = "info"\nDL = "style"\nDL3006 = "error"\nSC = "error"\nSC2086 = "style"\n')
    found = {
        d["code"]: d["severity"] for d in dlint("--format", "json", "Dockerfile", cwd=Path.cwd()).json["diagnostics"]
    }
    assert found["DL3006"] == "error"
    assert found["DL4006"] == "style"
    assert found.get("SC2086", "style") == "style"


def test_comments_can_be_switched_off() -> None:
    text = (
        "# hadolint ignore=DL3006\nFROM debian\n# dlint: ignore\nRUN cd /x\n# check=skip=JSONArgsRecommended\nCMD a b\n"
    )
    write("Dockerfile", text)
    assert codes("--select", "DL", "Dockerfile") & {"DL3006", "DL3003", "DL3025"} == set()
    found = codes("--select", "DL", "--config", "ignore-comments=false", "Dockerfile")
    assert found & {"DL3006", "DL3003", "DL3025"} == {"DL3006", "DL3003"}


def test_fixable_and_unfixable() -> None:
    write("dlint.toml", 'unfixable = ["DL3014"]\n')
    write("a/dlint.toml", 'fixable = ["DL3014"]\n')
    text = "FROM debian:12\nMAINTAINER me\nRUN apt-get install curl=1\n"
    write("Dockerfile", text)
    write("a/Dockerfile", text)
    dlint("--fix", ".", cwd=Path.cwd())
    assert "MAINTAINER" not in Path("Dockerfile").read_text()
    assert "-y" not in Path("Dockerfile").read_text()
    assert "MAINTAINER" in Path("a/Dockerfile").read_text()
    assert "-y" in Path("a/Dockerfile").read_text()


def test_target_arguments_and_context_of_a_dockerfile() -> None:
    write(
        "docker/web.Dockerfile", "ARG TAG\nFROM debian:$TAG AS prod\nCOPY app.py /\nUSER root\nFROM debian:12 AS test\n"
    )
    write("src/app.py", "")
    common = ("--select", "DL3007,DL3002,CTX", "docker/web.Dockerfile")
    before = codes(*common)
    assert not before & {"DL3007", "DL3002"}
    write(
        "dlint.toml",
        '[dockerfiles."docker/*.Dockerfile"]\ncontext = "src"\ntarget = "prod"\nbuild-args = { TAG = "latest" }\n',
    )
    assert {"DL3007", "DL3002"} <= codes(*common)
    plans = default_plans()
    plan = plans.of("docker/web.Dockerfile", ["docker/web.Dockerfile"])
    find = plans.context_finder("docker/web.Dockerfile", ["docker/web.Dockerfile"])
    assert (plan.target, plan.build_args) == ("prod", {"TAG": "latest"})
    from dockerfile_dlint.model.build import Build
    from dockerfile_dlint.syntax.parser import parse
    from dockerfile_dlint.syntax.source import Source

    context = find(Build(parse(Source(""))))
    assert context is not None
    assert Path(context.root) == Path.cwd() / "src"


def test_a_context_that_is_no_folder() -> None:
    write("Dockerfile", DOCKERFILE)
    write("dlint.toml", 'context = "nowhere"\n')
    done = dlint("Dockerfile", cwd=Path.cwd())
    assert done.status == 2
    assert "nowhere" in done.err


def test_exit_zero() -> None:
    write("Dockerfile", DOCKERFILE)
    assert dlint("Dockerfile", cwd=Path.cwd()).status == 1
    assert dlint("--exit-zero", "Dockerfile", cwd=Path.cwd()).status == 0
    assert dlint("--exit-zero", "missing", cwd=Path.cwd()).status == 2


# Mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ignore = ["DL3008"]\nslect = ["DL"]\n', "dlint.toml:2: unknown key `slect`; did you mean `select`?"),
        (
            "per_file_ignores = {}\n",
            "dlint.toml:1: unknown key `per_file_ignores`; did you mean `per-file-ignores`?",
        ),
        ("zzzzzzzzzz = 1\n", "dlint.toml:1: unknown key `zzzzzzzzzz`; see docs/configuration.md"),
        (
            'ignore = [\n  "DL3008",\n  "DL3OO8",\n]\n',
            "dlint.toml:3: unknown rule `DL3OO8`; did you mean `DL3008`?",
        ),
        (
            '# x\nfail-level = "wrning"\n',
            "2: invalid value `wrning` for `fail-level`; did you mean `warning`?",
        ),
        ("exit-zero = 1\n", "dlint.toml:1: `exit-zero` must be true or false, not `1`"),
        ("ignore = 3\n", "dlint.toml:1: `ignore` must be a list of strings"),
        ("ignore = [3]\n", "dlint.toml:1: `ignore` must contain only strings, not `3`"),
        (
            '\n[severity]\nDL3008 = "error"\nDL3009 = "grave"\n',
            "dlint.toml:4: invalid value `grave` for `DL3009` (expected error, warning, info or style)",
        ),
        ('[severity]\nnonsense = "error"\n', "dlint.toml:2: unknown rule `nonsense`"),
        ('severity = "error"\n', "dlint.toml:1: `severity` must be a table"),
        ('[label-schema]\na = "txt"\n', "dlint.toml:2: invalid value `txt` for `a`; did you mean `text`?"),
        ('[dockerfiles."a/*"]\n\ntraget = "x"\n', "dlint.toml:3: unknown key `traget`; did you mean `target`?"),
        ('[per-file-ignores]\n"a/" = ["DL3008", "DLX"]\n', "dlint.toml:2: unknown rule `DLX`"),
        ('extend = ["dlint.toml"]\n', "circular `extend` through `dlint.toml`"),
        ('\nextend = ["gone.toml"]\n', "dlint.toml:2: no such file: `gone.toml`"),
        ("\nignore = [\n'DL3008'\n", "dlint.toml:3: invalid TOML: unclosed array"),
        ("a = 1\na = 2\n", "dlint.toml:2: invalid TOML: cannot overwrite a value"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, said: str) -> None:
    write("Dockerfile", DOCKERFILE)
    write("dlint.toml", text)
    done = dlint("Dockerfile", cwd=Path.cwd())
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_mistakes_in_a_pyproject_have_their_line() -> None:
    write("pyproject.toml", '[project]\nname = "a"\n\n[tool.dlint]\nignore = []\nslect = []\n')
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:6: unknown key `slect`"):
        ConfigResolver().of("Dockerfile")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ignored: DL3008\n", ".hadolint.yaml:1: `ignored` must be a list"),
        ("\nignored: [[1]]\n", ".hadolint.yaml:2: `ignored` must be a string"),
        ("override:\n  eror: [DL3008]\n", ".hadolint.yaml:2: invalid severity `eror` in `override`"),
        ("label-schema:\n  a: txt\n", ".hadolint.yaml:2: invalid label type `txt`"),
        (
            "failure-threshold: grave\n",
            "invalid value `grave` for `failure-threshold` (expected error, warning, ",
        ),
        ("no-fail: perhaps\n", "`no-fail` must be true or false"),
        ("ignored: [\n", "invalid YAML"),
        ("- a\n", ".hadolint.yaml:1: expected keys such as `ignored:`"),
    ],
)
def test_mistakes_in_hadolints_file(text: str, said: str) -> None:
    write(".hadolint.yaml", text)
    with pytest.raises(ConfigError) as error:
        ConfigResolver().of("Dockerfile")
    assert said in str(error.value)


def test_mistakes_in_variables_and_options() -> None:
    with pytest.raises(ConfigError, match="did you mean `DLINT_SELECT`"):
        layers_from_environment({"DLINT_SLECT": "DL"})
    for text, value in (("1", True), ("yes", True), ("TRUE", True), ("0", False), ("off", False)):
        (layer,) = layers_from_environment({"DLINT_EXIT_ZERO": text})
        assert layer.values == {"exit-zero": value}
    with pytest.raises(ConfigError, match="must be true or false, not `2`"):
        layers_from_environment({"DLINT_EXIT_ZERO": "2"})
    assert layers_from_environment({"DLINT_SOMETHING_ELSE": "x", "DLINT_CONFIG": "x", "OTHER": "y"}) == []
    with pytest.raises(ConfigError, match="--config fail-level: invalid value `bad` for `fail-level`"):
        layers_from_options(["fail-level=bad"])
    with pytest.raises(ConfigError, match="unknown key `slect`"):
        layers_from_options(["slect=DL"])


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("select=DL,SEC", {"select": ["DL", "SEC"]}),
        ('select=["DL"]', {"select": ["DL"]}),
        ("strict-labels=true", {"strict-labels": True}),
        ("severity.DL3008=error", {"severity": {"DL3008": "error"}}),
        ('build-args.A="1"', {"build-args": {"A": "1"}}),
        ("build-args.A=1", {"build-args": {"A": "1"}}),
        ("target=prod", {"target": "prod"}),
        ("target=12", {"target": "12"}),
        ("trusted-registries=docker.io, a.example.com", {"trusted-registries": ["docker.io", "a.example.com"]}),
        ('label-schema={ a = "text" }', {"label-schema": {"a": "text"}}),
    ],
)
def test_a_key_on_the_command_line(word: str, value: dict[str, object]) -> None:
    assert layers_from_options([word])[0].values == value


# hadolint's file --------------------------------------------------------------------------------------------------


def test_every_key_of_hadolint() -> None:
    write(
        ".hadolint.yaml",
        "failure-threshold: none\nformat: json\nignored: [DL3008, SC1010, XX99]\nlabel-schema: {a: semver}\n"
        "no-color: true\nno-fail: true\noverride: {info: [DL3009, DL3057], error: [DL3009]}\nstrict-labels: true\n"
        "disable-ignore-pragma: true\ntrustedRegistries: [docker.io]\n",
    )
    assert ConfigResolver().of("Dockerfile").layers[0].values == {
        "profile": "hadolint",
        "fail-level": "style",
        "format": "hadolint",
        "ignore": ["DL3008", "SC1010"],
        "label-schema": {"a": "semver"},
        "color": False,
        "exit-zero": True,
        "severity": {"DL3009": "error", "DL3057": "info"},
        "extend-select": [*own_errors(), "DL3057"],
        "strict-labels": True,
        "ignore-comments": False,
        "trusted-registries": ["docker.io"],
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "ignored:\n"])
def test_an_empty_file_of_hadolint_asks_for_hadolints_rules(text: str) -> None:
    write(".hadolint.yaml", text)
    assert ConfigResolver().of("Dockerfile").selection()[3] == "hadolint"


# dlint config -----------------------------------------------------------------------------------------------------


def test_show_tells_where_each_value_comes_from() -> None:
    write("base.toml", 'ignore = ["DL3006"]\n')
    write(
        "a/dlint.toml",
        'extend = "../base.toml"\n\nignore = ["DL4006"]\nfail-level = "error"\n[severity]\nSEC = "info"\n',
    )
    done = dlint("config", "show", "a/Dockerfile", cwd=Path.cwd(), DLINT_TARGET="x")
    assert done.out == (
        "# The configuration of a/Dockerfile: a/dlint.toml\n"
        'ignore = [\n    "DL3006",  # base.toml:1\n    "DL4006",  # a/dlint.toml:3\n]\n'
        'target = "x"  # DLINT_TARGET\nfail-level = "error"  # a/dlint.toml:4\n'
        '\n[severity]\nSEC = "info"  # a/dlint.toml:5\n'
    )
    assert "no file" in dlint("config", cwd=Path.cwd()).out
    write("a/Dockerfile", DOCKERFILE)
    write("compose.yml", "services:\n  web:\n    build:\n      context: a\n      target: t\n      args: {A: 1}\n")
    built = dlint("config", "show", "a/Dockerfile", cwd=Path.cwd()).out
    assert '# compose.yml:4 (web): context = "a", target = "t", build-args = { A = "1" }\n' in built


def test_migrate_writes_what_says_the_same() -> None:
    write(
        ".hadolint.yaml",
        "ignored:\n  - DL3008 # the mirror pins\n  - SC2086\noverride:\n  error: [DL3006]\n"
        "label-schema:\n  'a.b': text\n"
        "trustedRegistries: ['docker.io']\nfailure-threshold: warning\nstrict-labels: true\n",
    )
    before = ConfigResolver().of("Dockerfile").layers[0].values
    done = dlint("config", "migrate", cwd=Path.cwd())
    assert done.status == 0
    assert "dlint.toml" in done.err
    assert '"DL3008",  # the mirror pins' in Path("dlint.toml").read_text()

    after = ConfigResolver().of("Dockerfile")
    assert after.file.endswith("dlint.toml")
    assert after.layers[0].values == before
    again = dlint("config", "migrate", cwd=Path.cwd())
    assert again.status == 2
    assert "already" in again.err


def test_migrate_leaves_a_configuration_alone() -> None:
    write(".hadolint.yaml", "ignored: [DL3008]\n")
    write("pyproject.toml", "[tool.dlint]\n")
    assert dlint("config", "migrate", cwd=Path.cwd()).status == 2
    write("pyproject.toml", "[tool.other]\n")
    assert dlint("config", "migrate", cwd=Path.cwd()).status == 0


def test_migrate_without_a_file() -> None:
    done = dlint("config", "migrate", cwd=Path.cwd())
    assert done.status == 2
    assert "pass the file" in done.err


# The table of keys ------------------------------------------------------------------------------------------------


def test_every_example_of_a_key_is_read() -> None:
    for key in CONFIG_KEYS:
        write("base.toml", "")
        text = key.example.replace("../dlint.toml", "base.toml")
        write("dlint.toml", text + "\n")

        assert key.name in ConfigResolver().of("Dockerfile").layers[-1].values


def test_the_schema_knows_every_key() -> None:
    document = json.loads(json_schema())
    assert set(document["properties"]) == set(KEYS_BY_NAME)
    assert document["additionalProperties"] is False


# Other commands ---------------------------------------------------------------------------------------------------


def test_exclude_and_contexts_count_for_every_command() -> None:
    write("a/Dockerfile", "FROM debian:12\nrun true\nCOPY . /app\n")
    write("third/Dockerfile", "FROM debian:12\nrun true\nCOPY . /app\n")
    write("src/.idea", "")
    write("dlint.toml", 'exclude = ["third/"]\ncontext = "src"\n')
    assert "third" not in dlint("format", "--check", ".", cwd=Path.cwd()).out
    assert "third" not in dlint("optimize", ".", cwd=Path.cwd()).out
    told = dlint("dockerignore", ".", cwd=Path.cwd()).out
    assert "src" in told
    assert "third" not in told
    write("dlint.toml", 'exclud = ["third/"]\n')
    for command in ("format", "optimize", "dockerignore"):
        done = dlint(command, ".", cwd=Path.cwd())
        assert done.status == 2
        assert "did you mean `exclude`" in done.err
        assert "internal" not in done.err


def test_force_exclude_is_for_hooks() -> None:
    write("a/Dockerfile", DOCKERFILE)
    write("old/Dockerfile", DOCKERFILE)
    write("dlint.toml", 'exclude = ["old/"]\n')
    both = ("old/Dockerfile", "a/Dockerfile")
    assert "old" in dlint(*both, cwd=Path.cwd()).out
    forced = dlint("--force-exclude", *both, cwd=Path.cwd())
    assert "old" not in forced.out
    assert "a/Dockerfile" in forced.out
    only = dlint("--force-exclude", "old/Dockerfile", cwd=Path.cwd())
    assert (only.status, only.out, only.err) == (0, "", "")
    assert dlint("--force-exclude", "--exclude", "a", "a/Dockerfile", cwd=Path.cwd()).status == 0
    write("dlint.toml", 'exclude = ["old/"]\nforce-exclude = true\n')
    assert "old" not in dlint(*both, cwd=Path.cwd()).out


@pytest.mark.parametrize(
    "text",
    [
        "",
        *(key.example.replace("../dlint.toml", "base.toml") for key in CONFIG_KEYS),
        'ignore = "DL3008"',
        "build-args = { A = 1, B = true, C = 1.5 }",
        "slect = []",
        "exit-zero = 1",
        "ignore = [1]",
        'fail-level = "grave"',
        'severity = { DL3008 = "grave" }',
        'severity = "error"',
        'label-schema = { a = "txt" }',
        '[dockerfiles."a"]\ntraget = "x"',
        "target = 1",
    ],
)
def test_the_schema_and_the_reader_agree(text: str) -> None:
    import tomllib

    from jsonschema import Draft7Validator

    write("base.toml", "")
    write("dlint.toml", text)
    valid = Draft7Validator(json.loads(json_schema())).is_valid(tomllib.loads(text))
    try:
        ConfigResolver().of("Dockerfile")
    except ConfigError:
        assert not valid
    else:
        assert valid


def test_errors_of_dlint_stay_on_with_a_file_of_hadolint() -> None:
    write(".hadolint.yaml", "ignored: [DL3006]\n")
    rules = {rule.code for rule in default_plans().of("Dockerfile").rules}
    assert {"COR003", "SEC011"} <= rules
    assert "OPT010" not in rules
    write(".hadolint.yaml", "ignored: [COR003]\n")
    assert "COR003" not in {rule.code for rule in default_plans().of("Dockerfile").rules}
