"""The keys of a configuration: one table, of which the reader, the JSON Schema and the reference page are made."""

from __future__ import annotations

from ...rules.base import LEVELS
from .arguments import OUTPUT_FORMATS
from .profiles import PROFILE_NAMES as PROFILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT, SWITCH, STRINGS, RULES, CHOICE = "text", "switch", "strings", "rules", "choice"
RULES_BY_FILE, LEVEL_BY_RULE, TEXT_BY_NAME, TYPE_BY_LABEL = "rules-by-file", "level-by-rule", "text-by-name", "labels"
PER_DOCKERFILE = "per-dockerfile"

LABEL_TYPES = ("text", "url", "rfc3339", "spdx", "hash", "semver", "email")


class ConfigKey:
    """One key: what it holds (`kind`), what it is for, an example in TOML, the words that it takes when not any do."""

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
        "Other configuration files that come first, relative to this one; a .hadolint.yaml can be extended too. "
        "Lists and tables that add up (ignore, extend-select, extend-exclude, per-file-ignores, severity, build-args, "
        "dockerfiles) are joined, other keys are replaced.",
        'extend = ["../dlint.toml"]',
    ),
    ConfigKey("profile", CHOICE, "The rules that run unless selected.", 'profile = "hadolint"', PROFILES),
    ConfigKey(
        "select",
        RULES,
        "Run only these: codes, prefixes of codes, names, other tools' names, or ALL.",
        'select = ["DL", "SEC"]',
    ),
    ConfigKey("extend-select", RULES, "Run these besides what runs anyway.", 'extend-select = ["DL3008", "PKG004"]'),
    ConfigKey("ignore", RULES, "Do not run these.", 'ignore = ["DL3059"]'),
    ConfigKey(
        "per-file-ignores",
        RULES_BY_FILE,
        "Do not run these in files that match a pattern, written as in .gitignore, relative to the file that says it.",
        'per-file-ignores = { "legacy/" = ["DL3008"], "*.dev" = ["SEC"] }',
    ),
    ConfigKey(
        "severity",
        LEVEL_BY_RULE,
        "How grave findings of a rule are; the longer selector wins.",
        'severity = { DL3007 = "error", OPT = "info" }',
        LEVELS,
    ),
    ConfigKey("fixable", RULES, "Fix only findings of these.", 'fixable = ["DL"]'),
    ConfigKey("unfixable", RULES, "Fix no findings of these.", 'unfixable = ["DL3059"]'),
    ConfigKey(
        "unsafe-fixes",
        SWITCH,
        "With --fix and --diff, also what may change what the image does.",
        "unsafe-fixes = true",
    ),
    ConfigKey(
        "exclude",
        STRINGS,
        "Leave out files and folders below a folder that is linted; patterns as in .gitignore, relative to the file "
        "that says it. A file that is named is linted all the same.",
        'exclude = ["third_party/", "*.tmp"]',
    ),
    ConfigKey(
        "force-exclude",
        SWITCH,
        "Leave out what is excluded also when it is named on the command line, as pre-commit does.",
        "force-exclude = true",
    ),
    ConfigKey(
        "extend-exclude",
        STRINGS,
        "Leave out these too, beside `exclude` of what is extended.",
        'extend-exclude = ["old/"]',
    ),
    ConfigKey(
        "trusted-registries",
        STRINGS,
        "The registries that images may come from (DL3026).",
        'trusted-registries = ["docker.io", "registry.example.com/team"]',
    ),
    ConfigKey(
        "label-schema",
        TYPE_BY_LABEL,
        "The wanted labels, each with its type (DL3049 to DL3058).",
        'label-schema = { maintainer = "email", version = "semver" }',
        LABEL_TYPES,
    ),
    ConfigKey(
        "strict-labels", SWITCH, "Labels that are not in `label-schema` are findings (DL3050).", "strict-labels = true"
    ),
    ConfigKey(
        "pedantic", SWITCH, "Rules also tell what they leave alone because it seldom matters.", "pedantic = true"
    ),
    ConfigKey("target", TEXT, "The stage that is built; else the last one.", 'target = "production"'),
    ConfigKey("build-args", TEXT_BY_NAME, "Values of ARGs.", 'build-args = { VERSION = "3.12" }'),
    ConfigKey(
        "context",
        TEXT,
        "The build context, relative to the file that says it; else it is told from compose and bake files and from "
        "what the Dockerfile copies.",
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
        "Whether comments such as `# dlint: ignore[DL3008]` and `# hadolint ignore=DL3008` switch findings off. "
        "BuildKit's `# check=` is not touched.",
        "ignore-comments = false",
    ),
    ConfigKey(
        "baseline",
        TEXT,
        "The file of `dlint baseline` with old findings, which are not told; relative to the file that says it.",
        'baseline = ".dlint-baseline.json"',
    ),
    ConfigKey(
        "rule-url",
        TEXT,
        "Where the pages of rules are published, with `{code}` for a rule's code: the `url` of json, sarif's `helpUri` "
        "and the links of a terminal. Without it, a terminal's links lead to a page in the user's cache; ShellCheck's "
        "lead to its wiki in any case.",
        'rule-url = "https://example.org/dlint/rules/{code}/"',
    ),
    ConfigKey(
        "fail-level",
        CHOICE,
        "Exit with 1 only for findings of this severity or a graver one.",
        'fail-level = "warning"',
        LEVELS,
    ),
    ConfigKey("exit-zero", SWITCH, "Exit with 0 although something was found.", "exit-zero = true"),
    ConfigKey(
        "format", CHOICE, "How findings are written, when no option says it.", 'format = "concise"', OUTPUT_FORMATS
    ),
    ConfigKey("color", SWITCH, "Whether a terminal gets colours.", "color = false"),
)
"""Every key, in the order of the reference page."""

KEYS_BY_NAME = {key.name: key for key in CONFIG_KEYS}

DOCKERFILE_KEYS = ("context", "target", "build-args")
"""What a table below `dockerfiles` may hold."""
