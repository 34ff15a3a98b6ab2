"""The configuration keys: one table for the reader, the JSON Schema and the reference in the documentation."""

from __future__ import annotations

from ...rules.base import CONFIDENCES, LEVELS
from .arguments import OUTPUT_FORMATS
from .profiles import PROFILE_NAMES as PROFILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT, SWITCH, STRINGS, RULES, CHOICE, SECONDS = "text", "switch", "strings", "rules", "choice", "seconds"
RULES_BY_FILE, LEVEL_BY_RULE, TEXT_BY_NAME, TYPE_BY_LABEL = "rules-by-file", "level-by-rule", "text-by-name", "labels"
PER_DOCKERFILE = "per-dockerfile"

LABEL_TYPES = ("text", "url", "rfc3339", "spdx", "hash", "semver", "email")


class ConfigKey:
    """One key.

    `kind`: the type of its value; `doc`: its description; `example`: an example in TOML; `choices`: the allowed values,
    empty for any.
    """

    __slots__ = ("choices", "doc", "example", "kind", "name")

    def __init__(self, name: str, kind: str, doc: str, example: str, choices: Sequence[str] = ()) -> None:
        self.name = name
        self.kind = kind
        self.doc = doc
        self.example = example
        self.choices = tuple(choices)


CONFIG_KEYS = (
    ConfigKey(
        "extend",
        STRINGS,
        "Other configuration files to apply first, relative to this one; a .hadolint.yaml can be extended too. "
        "ignore, extend-select, extend-exclude, per-file-ignores, severity, build-args and dockerfiles are merged, all "
        "other keys are replaced.",
        'extend = ["../dlint.toml"]',
    ),
    ConfigKey(
        "profile",
        CHOICE,
        "The rules that run by default: those of dlint, hadolint or BuildKit, or all (strict).",
        'profile = "hadolint"',
        PROFILES,
    ),
    ConfigKey(
        "select",
        RULES,
        "Run only these rules: codes, prefixes of codes, names, other tools' names, or ALL.",
        'select = ["DL", "SEC"]',
    ),
    ConfigKey(
        "extend-select",
        RULES,
        "Run these rules in addition to those of `select` or the profile.",
        'extend-select = ["DL3008", "PKG004"]',
    ),
    ConfigKey(
        "preview",
        SWITCH,
        "Also run the rules in preview: new ones that are not yet on by default.",
        "preview = true",
    ),
    ConfigKey(
        "confidence",
        CHOICE,
        "The lowest confidence of findings that are reported: by default medium, in other profiles low. A rule that "
        "is selected by its code or name reports all its findings; without this key, so does any selected rule.",
        'confidence = "low"',
        CONFIDENCES,
    ),
    ConfigKey("ignore", RULES, "Do not run these rules.", 'ignore = ["DL3059"]'),
    ConfigKey(
        "per-file-ignores",
        RULES_BY_FILE,
        "Do not run these rules in files that match a pattern in .gitignore syntax, relative to this file.",
        'per-file-ignores = { "legacy/" = ["DL3008"], "*.dev" = ["SEC"] }',
    ),
    ConfigKey(
        "severity",
        LEVEL_BY_RULE,
        "The severity of a rule's findings; the more specific selector wins.",
        'severity = { DL3007 = "error", OPT = "info" }',
        LEVELS,
    ),
    ConfigKey("fixable", RULES, "Fix only findings of these rules.", 'fixable = ["DL"]'),
    ConfigKey("unfixable", RULES, "Do not fix findings of these rules.", 'unfixable = ["DL3059"]'),
    ConfigKey(
        "unsafe-fixes",
        SWITCH,
        "Let --fix and --diff also apply fixes that may change the behavior of the image.",
        "unsafe-fixes = true",
    ),
    ConfigKey(
        "exclude",
        STRINGS,
        "Files and directories to exclude when a directory is searched: patterns in .gitignore syntax, relative to "
        "this file. Files passed explicitly are linted anyway.",
        'exclude = ["third_party/", "*.tmp"]',
    ),
    ConfigKey(
        "force-exclude",
        SWITCH,
        "Apply exclusions even to files passed explicitly, as pre-commit does.",
        "force-exclude = true",
    ),
    ConfigKey("extend-exclude", STRINGS, "Exclude these in addition to `exclude`.", 'extend-exclude = ["old/"]'),
    ConfigKey(
        "trusted-registries",
        STRINGS,
        "The registries from which images may be used (DL3026).",
        'trusted-registries = ["docker.io", "registry.example.com/team"]',
    ),
    ConfigKey(
        "label-schema",
        TYPE_BY_LABEL,
        "The required labels and their types (DL3049 to DL3058).",
        'label-schema = { maintainer = "email", version = "semver" }',
        LABEL_TYPES,
    ),
    ConfigKey(
        "strict-labels", SWITCH, "Report labels that are not in `label-schema` (DL3050).", "strict-labels = true"
    ),
    ConfigKey(
        "pedantic",
        SWITCH,
        "Report what hadolint reports, also cases that rarely matter. The profile `hadolint` sets it; a selection does "
        "not.",
        "pedantic = true",
    ),
    ConfigKey("target", TEXT, "The stage to build; by default the last one.", 'target = "production"'),
    ConfigKey("build-args", TEXT_BY_NAME, "Values of build arguments.", 'build-args = { VERSION = "3.12" }'),
    ConfigKey(
        "context",
        TEXT,
        "The build context, relative to this file. By default it is found from the files that build the Dockerfile "
        "(compose files, makefiles, CI workflows, …) and from the files that it copies.",
        'context = "."',
    ),
    ConfigKey(
        "dockerfiles",
        PER_DOCKERFILE,
        "The keys context, target and build-args for Dockerfiles that match a pattern.",
        '[dockerfiles."api/Dockerfile"]\ncontext = "."\ntarget = "production"\nbuild-args = { VERSION = "3.12" }',
    ),
    ConfigKey(
        "ignore-comments",
        SWITCH,
        "Whether comments such as `# dlint: ignore[DL3008]` and `# hadolint ignore=DL3008` suppress findings. "
        "BuildKit's `# check=` always applies.",
        "ignore-comments = false",
    ),
    ConfigKey(
        "baseline",
        TEXT,
        "The file written by `dlint baseline`, relative to this file; its findings are not reported.",
        'baseline = ".dlint-baseline.json"',
    ),
    ConfigKey(
        "rule-url",
        TEXT,
        "The address of rule pages, with `{code}` for the code: used for `url` in json, `helpUri` in sarif and "
        "terminal links. By default, terminal links open a page in the user's cache. ShellCheck codes always link to "
        "its wiki.",
        'rule-url = "https://example.org/dlint/rules/{code}/"',
    ),
    ConfigKey(
        "fail-level",
        CHOICE,
        "Exit with 1 only for findings of this severity or higher.",
        'fail-level = "warning"',
        LEVELS,
    ),
    ConfigKey("exit-zero", SWITCH, "Exit with 0 even if there are findings.", "exit-zero = true"),
    ConfigKey("format", CHOICE, "The output format of findings.", 'format = "concise"', OUTPUT_FORMATS),
    ConfigKey(
        "timeout",
        SECONDS,
        "How many seconds of the processor linting or formatting a file may take; fixing may take three times as long. "
        "0 means no limit. A file that takes longer is reported, the exit status is 2, and the other files are still "
        "linted. There is no limit on Windows, nor in a program that calls the library outside of its main thread.",
        "timeout = 30",
    ),
    ConfigKey("color", SWITCH, "Whether to use colors in a terminal.", "color = false"),
)
"""Every key, in the order of the reference page."""

KEYS_BY_NAME = {key.name: key for key in CONFIG_KEYS}

DOCKERFILE_KEYS = ("context", "target", "build-args")
"""The keys of a table in `dockerfiles`."""
