"""The options of `dlint check` with their defaults, and the names of the output formats."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

OUTPUT_FORMATS = (
    "full", "concise", "grouped", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson",
    "azure", "teamcity", "hadolint",
)  # fmt: skip


class CheckArguments:
    """The options of `dlint check` without argparse, which is slow to import; attributes are named as in argparse."""

    def __init__(self, select: Sequence[str] = (), ignore: Sequence[str] = (), profile: str | None = None) -> None:
        self.paths: list[str] = []
        self.select = list(select)
        self.extend_select: list[str] = []
        self.ignore = list(ignore)
        self.exclude: list[str] = []
        self.config: list[str] = []
        self.fixable: list[str] = []
        self.unfixable: list[str] = []
        self.output: list[str] = []
        self.profile = profile
        self.format: str | None = None
        self.stdin_filename: str | None = None
        self.fail_level: str | None = None
        self.confidence: str | None = None
        self.baseline: str | None = None
        self.context: str | None = None
        self.changed_since: str | None = None
        self.color = "auto"
        self.add_ignore = self.statistics = self.force_exclude = False
        self.preview = self.isolated = self.no_cache = self.exit_zero = False
        self.fix = self.diff = self.fix_only = self.unsafe_fixes = False
        self.quiet = self.verbose = self.show_files = self.show_fixes = False
