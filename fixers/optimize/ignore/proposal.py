"""Propose a .dockerignore for a build context: what to exclude, why, and what to keep.

A candidate is excluded only when no COPY, ADD or bind mount names it and, unless it is a cache or build output, no file
of the build or the program mentions it. Finally the patterns are applied as BuildKit reads them: they must exclude the
candidates and nothing else.
"""

from __future__ import annotations

import os
import posixpath
import re
from fnmatch import fnmatchcase

from ....model.context_waste import VCS_DIRECTORIES
from ....model.disk import MAX_CONFIG_BYTES, read_found
from ....model.git_usage import MAX_TEXT_BYTES, tracked_directories
from ....model.ignore_file import IgnoreFile, find_ignore_file, python_regex
from .context_sources import ContextSources, context_related_text
from .mentions import ProjectTexts, executed_scripts, first_mention, named_in_commands, package_scripts
from .waste_candidates import (
    DOCUMENTATION,
    HEADINGS,
    MADE_BY_BUILD,
    READ_BY_BUILDER,
    SECRET,
    TESTS,
    WASTE_AT_ANY_DEPTH,
    ContextUsage,
    expected_patterns,
    waste_candidates,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from ....model.build import Build
    from ....model.context import Context
    from .waste_candidates import WasteCandidate

_MOST_PATHS = 20
"""The maximum number of paths to list where no single pattern fits."""
_MOST_BYTES = 60_000_000
"""The maximum size of the text that is searched for mentions."""

_ENV_READERS = re.compile(
    r"""(?<![\w.])\.env\b(?!\.(?:example|sample|dist|template))|dotenv|\bdecouple\b|\benvirons\b|read_env|pydantic.settings|"""
    r"""\bBaseSettings\b|env_file|\bviper\b|react-scripts|["'`\s]vite["'`\s]|"next"|\bnuxt\b|\bgatsby\b|vue-cli|"""
    r"""\bastro\b|\bparcel\b|@nestjs/config|\blaravel/|\bsymfony/|--env-file|\bbun\b"""
)
"""Code that reads a .env file, and bundlers and frameworks that do so by default."""
_MARKDOWN_READERS = re.compile(
    r"(?<![\w-])\.(?:md|rst|adoc)\b|\.\{[^}\s]*\bmdx?\b[^}\s]*\}|docusaurus|vuepress|vitepress|docsify|nextra|gatsby|"
    r"contentlayer|eleventy|\bastro\b|\bhexo\b|markdown-loader|raw-loader|gray-matter|mdsvex"
)
_DOCUMENT_TOOLS = re.compile(r"\b(?:mkdocs|sphinx\w*|jekyll|hugo|docs?|mdbook|antora|asciidoctor)\b")
_GIT_READERS = re.compile(
    r"""(?<![\w.-])\.git(?:/|["'`])|\bgit\b["',\s\[\]]+(?:rev-parse|describe|rev-list|log|ls-files)\b|"""
    r"""\bgitpython\b|\bimport\s+git\b|\bfrom\s+git\b|^(?:git|pygit2|dulwich)$|vcs\.revision|git-rev-sync|gitrev|git-describe""",
    re.IGNORECASE | re.MULTILINE,
)
_NO_PROGRAMS = (
    ".sh", ".bash", ".ps1", ".bat", ".cmd", ".mk", ".yml", ".yaml", ".toml", ".cfg", ".ini", ".txt", ".in", ".json",
    ".html", ".css",
)  # fmt: skip
_RUNNERS = (
    r"py\.?test|tox|nox|unittest|manage\.py\s+test|jest|mocha|vitest|ava|karma|cypress|playwright|rspec|phpunit|pest|"
    r"behave|robot|nightwatch|(?:npm|yarn|pnpm|bun|go|cargo|dotnet|mix|rails|rake|composer|make|deno|flutter)"
    r"(?:\s+run)?[\s\"',]+(?:test|spec|e2e|check|vet)"
)
_TESTING = re.compile(rf"(?<![\w.-])(?:{_RUNNERS})(?![\w-])", re.IGNORECASE)
_TESTING_INSIDE = re.compile(
    rf"(?:\b(?:docker|podman|compose|nerdctl|kubectl)\b[^\n]*\b(?:run|exec)\b[^\n]*|^\s*(?:command|entrypoint)\s*:[^\n]*)"
    rf"(?<![\w.-])(?:{_RUNNERS}|tests?)(?![\w-])",
    re.IGNORECASE | re.MULTILINE,
)


class ProposedPattern:
    """A line of the new file; it excludes `files` files with `bytes` bytes that are sent now."""

    __slots__ = ("bytes", "files", "heading", "reason", "text")

    def __init__(self, text: str, heading: str, reason: str) -> None:
        self.text = text
        self.heading = heading
        self.reason = reason
        self.files = 0
        self.bytes = 0


class KeptPath:
    """A candidate that is kept: its path, and the reason."""

    __slots__ = ("path", "reason")

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason


class IgnoreProposal:
    """A new text for the ignore file at `path`, and its effect.

    `old`, `new`: the texts, "" for no file; `before`, `after`: bytes of context sent; `files_before`, `files_after`:
    number of files sent; `dropped`: files that are no longer sent; `kept`: candidates that stay; `shown`: candidates
    that stay because they are visible in the image.
    """

    __slots__ = (
        "after", "before", "dropped", "files_after", "files_before", "kept", "new", "old", "path", "patterns", "shown",
    )  # fmt: skip

    def __init__(
        self,
        path: str,
        texts: tuple[str, str],
        patterns: Sequence[ProposedPattern],
        kept: Sequence[KeptPath],
        files: Mapping[str, int],
        dropped: Sequence[str],
        shown: Sequence[str] = (),
    ) -> None:
        self.path = path
        self.shown = tuple(shown)
        self.old, self.new = texts
        self.patterns = tuple(patterns)
        self.kept = tuple(kept)
        self.dropped = frozenset(dropped)
        self.files_before, self.before = len(files), sum(files.values())
        self.files_after = self.files_before - len(self.dropped)
        self.after = self.before - sum(files[path] for path in self.dropped)

    def declined(self) -> IgnoreProposal:
        """The proposal to leave the file as it is."""
        return IgnoreProposal(self.path, (self.old, self.old), (), self.kept, {}, (), self.shown)

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return self.new != self.old


def propose_ignore_file(builds: Sequence[Build], context: Context, *, same_listing: bool = False) -> IgnoreProposal:
    """A proposal for the ignore file of the first of `builds`, which all use the context.

    With `same_listing`, only build output, hidden files and secrets are excluded, so that directories in the image list
    the same visible files. The file is shared, unless the first build copies something that only another one needs;
    then it is `<Dockerfile>.dockerignore`. Raises IgnoreError for a present file that BuildKit refuses.
    """
    if context.ignore_error is not None:
        raise context.ignore_error
    dockerfile = builds[0].dockerfile.source.name
    own = dockerfile + ".dockerignore"
    path = find_ignore_file(dockerfile, context.root) or os.path.join(context.root, ".dockerignore")
    if path == own or len(builds) == 1:
        return plan_ignore_file(builds[:1], context, path, same_listing=same_listing)
    shared = plan_ignore_file(builds, context, path, same_listing=same_listing)
    alone = plan_ignore_file(builds[:1], context, own, unused=False, same_listing=same_listing)
    named = ContextSources(builds[:1], context)
    if any(named.uses_path(each) for each in alone.dropped - shared.dropped):
        return alone
    return shared


def plan_ignore_file(
    builds: Sequence[Build], context: Context, path: str, *, unused: bool = True, same_listing: bool = False
) -> IgnoreProposal:
    """A proposal for the ignore file at `path`, which all `builds` read; it extends the present rules of the context.

    Without `unused`, files that no COPY uses are not excluded; for `same_listing` see `propose_ignore_file`.
    """
    present = context.ignore_file
    source = present.path if present is not None else None
    rules = read_ignore_text(source) if source is not None else ""
    named = ContextSources(builds, context)
    project = ContextUsage(builds, context, named, "\n".join(context_related_text(build) for build in builds))
    texts = ProjectTexts(context, project.commands)
    found, kept = _allowed(project, texts, present or IgnoreFile(()), unused=unused)
    shown = [entry.path for entry in found if _is_shown(entry)] if same_listing else []
    found = [entry for entry in found if entry.path not in shown]
    patterns = _patterns(project, found, kept)
    if source is None:
        patterns = _with_expected(project, texts, patterns, kept)
    patterns, dropped = _checked(context, rules, patterns, found)
    _count(patterns, project.files, dropped)
    if source is not None:
        patterns = [pattern for pattern in patterns if pattern.files]
        if all(pattern.reason == READ_BY_BUILDER for pattern in patterns):
            patterns, dropped = [], []
    elif not named.whole and not named.paths:
        patterns, dropped = [], []
    old = rules if source == path else ""
    new = append_patterns(rules, patterns) if patterns else old
    kept.sort(key=lambda each: each.path)
    return IgnoreProposal(path, (old, new), patterns, kept, project.files, dropped, shown)


def _is_shown(entry: WasteCandidate) -> bool:
    """Whether the entry is visible in a listing of the image: not hidden, not a secret, not build output."""
    return entry.kept_if_mentioned and entry.heading != SECRET and not posixpath.basename(entry.path).startswith(".")


def read_ignore_text(path: str) -> str:
    """The text of an ignore file with its line endings. Raises OSError."""
    return read_found(path, MAX_CONFIG_BYTES).decode("utf-8", "surrogateescape")


def _with_expected(
    project: ContextUsage, texts: ProjectTexts, patterns: list[ProposedPattern], kept: Sequence[KeptPath]
) -> list[ProposedPattern]:
    """The patterns of a new file, with those for files that will exist later."""
    there = {pattern.text for pattern in patterns}
    refused = {posixpath.basename(each.path) for each in kept}
    more = [
        ProposedPattern(text, heading, reason)
        for text, heading, reason in expected_patterns(project, refused)
        if text not in there and not any(_left_out(text, project.files))
    ]
    if not project.context_sources.includes(".env") and not any(
        posixpath.basename(path) == ".env" for path in project.files
    ):
        readers = list(texts.files_to_scan(project.files))
        if _found_by(texts, readers, project.commands, _ENV_READERS, "") is None:
            more.append(ProposedPattern(".env", SECRET, "may contain secrets"))
    return sorted((*patterns, *more), key=_place)


# What can be excluded -----------------------------------------------------------------------------------------------


def _allowed(
    project: ContextUsage, texts: ProjectTexts, present: IgnoreFile, *, unused: bool
) -> tuple[list[WasteCandidate], list[KeptPath]]:
    """The candidates that can be excluded, and those that are kept."""
    kept: list[KeptPath] = []
    live: list[WasteCandidate] = []
    candidates = waste_candidates(project, unused=unused)
    made = [entry.path for entry in candidates if entry.reason in MADE_BY_BUILD]
    tracked = tracked_directories(project.context.root, made) if made else set[str]()
    for entry in candidates:
        reason = _named_reason(project, entry) or _started_reason(project, entry) or _wanted_reason(entry, present)
        if reason is None and entry.path in tracked:
            reason = "git tracks it"
        if reason is None and project.context.truncated and entry.kept_if_mentioned:
            reason = "the context has too many files to search"
        if reason is None:
            live.append(entry)
        else:
            kept.append(KeptPath(entry.path, reason))
    live, mentioned = _unmentioned(project, texts, live)
    kept += mentioned
    for source in project.context_sources.paths:
        inside = [entry for entry in live if _is_below(entry.path, source)]
        gone = {entry.path for entry in inside}
        children = project.folders.get(source, [])
        if children and inside and all(_is_in(path, gone) for path in children):
            live = [entry for entry in live if entry not in inside]
            kept += [KeptPath(path, f"`{source}`, which the Dockerfile names, would be empty") for path in gone]
    return live, kept


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def _named_reason(project: ContextUsage, entry: WasteCandidate) -> str | None:
    named = project.context_sources
    if named.includes(entry.path):
        return "the Dockerfile names it"
    above = named.parent_source(entry.path)
    if above is not None and entry.kept_if_mentioned and above not in project.roots:
        return f"it is in `{above}`, which the Dockerfile names"
    return None


def _started_reason(project: ContextUsage, entry: WasteCandidate) -> str | None:
    """The reason to keep an entry with files that the image runs or names when it starts; None without one."""
    file = next((path for path in project.started if _is_below(path, entry.path)), None)
    return f"the image uses `{file}` when it starts" if file is not None else None


def _wanted_reason(entry: WasteCandidate, present: IgnoreFile) -> str | None:
    """The reason to keep an entry that an exception (`!`) in the present file names; None without one."""
    name = posixpath.basename(entry.path)
    for rule in present.rules:
        last = rule.pattern.rsplit("/", 1)[-1]
        if rule.negated and last.strip("*?[]") and (fnmatchcase(name, last) or _is_below(rule.pattern, entry.path)):
            return f"line {rule.line} of the present file re-includes it"
    return None


def _unmentioned(
    project: ContextUsage, texts: ProjectTexts, live: list[WasteCandidate]
) -> tuple[list[WasteCandidate], list[KeptPath]]:
    """The candidates that no sent file mentions. Those that are kept may mention more, hence the loop."""
    kept: list[KeptPath] = []
    unread = _unread_files(project, texts, live, ())
    if sum(size for path in unread if (size := project.files[path]) <= MAX_TEXT_BYTES) > _MOST_BYTES:
        reason = "the context has too much text to search"
        kept = [KeptPath(entry.path, reason) for entry in live if entry.kept_if_mentioned]
        return [entry for entry in live if not entry.kept_if_mentioned], kept
    read: set[str] = set()
    while True:
        reasons = {
            entry.path: _mentioned_reason(project, texts, unread, entry) for entry in live if entry.kept_if_mentioned
        }
        kept += [KeptPath(path, reason) for path, reason in reasons.items() if reason is not None]
        live = [entry for entry in live if reasons.get(entry.path) is None]
        read.update(unread)
        unread = _unread_files(project, texts, live, read)
        if not unread:
            return live, kept


def _unread_files(
    project: ContextUsage, texts: ProjectTexts, live: Sequence[WasteCandidate], read: Collection[str]
) -> list[str]:
    """The files to search for mentions that are neither candidates nor in `read`."""
    waste = {entry.path for entry in live}
    return [path for path in texts.files_to_scan(project.files) if not _is_in(path, waste) and path not in read]


def _is_in(path: str, waste: Collection[str]) -> bool:
    """Whether the path or one of its parent directories is in `waste`."""
    at = len(path)
    while at > 0:
        if path[:at] in waste:
            return True
        at = path.rfind("/", 0, at)
    return False


def _mentioned_reason(
    project: ContextUsage, texts: ProjectTexts, readers: Sequence[str], entry: WasteCandidate
) -> str | None:
    """The reason to keep the entry: the Dockerfiles or one of the files `readers` mention it. None without one."""
    name = posixpath.basename(entry.path)
    folder = entry.path in project.folders
    if entry.heading == SECRET and name.startswith(".env"):
        return _found_by(texts, readers, project.commands, _ENV_READERS, "reads it; pass secrets at run time instead")
    if name in VCS_DIRECTORIES:
        programs = [path for path in readers if not path.endswith(_NO_PROGRAMS) and "." in posixpath.basename(path)]
        return _found_by(texts, programs, "", _GIT_READERS, "reads it")
    if entry.heading == DOCUMENTATION:
        if _DOCUMENT_TOOLS.search(project.commands):
            return "the Dockerfile builds the documentation"
        reason = _found_by(texts, readers, "", _MARKDOWN_READERS, "reads Markdown files")
        if reason is not None:
            return reason
    if entry.heading == TESTS:
        reason = _tested(project, texts)
        if reason is not None:
            return reason
    if named_in_commands(project.commands, name):
        return "the Dockerfile mentions it"
    path = first_mention(texts, readers, entry.path, folder=folder)
    return None if path is None else f"`{path}` mentions it"


def _found_by(
    texts: ProjectTexts, readers: Sequence[str], commands: str, pattern: re.Pattern[str], what: str
) -> str | None:
    if commands and pattern.search(commands):
        return f"the Dockerfile {what}"
    path = next((path for path in readers if texts.matches(path, pattern)), None)
    return None if path is None else f"`{path}` {what}"


def _tested(project: ContextUsage, texts: ProjectTexts) -> str | None:
    """The reason to keep tests: a build or a container runs them. None without one."""
    if _TESTING.search(project.commands):
        return "the Dockerfile runs tests"
    for path in project.files:
        name = posixpath.basename(path)
        if name == "package.json" and "node_modules" not in path:
            scripts = executed_scripts(package_scripts(project.text(path)), project.commands)
            if any(_TESTING.search(script) for script in scripts.values()):
                return f"the build runs the tests with a script of `{path}`"
        elif _is_run(texts, name) and _TESTING.search(texts.text_of(path)):
            return f"the build runs the tests with `{path}`"
        if _may_run_containers(project, path) and _TESTING_INSIDE.search(project.text(path)):
            return f"`{path}` runs the tests in a container"
    return None


def _is_run(texts: ProjectTexts, name: str) -> bool:
    """Whether the file is a script that the Dockerfiles run, or a Makefile when they run make."""
    lower = name.lower()
    if lower.endswith((".sh", ".bash")):
        return name in texts.commands
    return texts.makes and lower in ("makefile", "gnumakefile", "justfile", "taskfile.yml")


def _may_run_containers(project: ContextUsage, path: str) -> bool:
    """Whether the file may run containers: CI, compose, scripts and README."""
    folder, name = posixpath.split(path)
    near = folder in project.roots or folder.startswith((".github", ".circleci", ".gitlab", "scripts", "ci", "bin"))
    return near and name.lower().endswith(
        (".yml", ".yaml", ".sh", ".md", ".rst", "makefile", "jenkinsfile", "justfile")
    )


# Patterns ----------------------------------------------------------------------------------------------------------


def _patterns(project: ContextUsage, found: Sequence[WasteCandidate], kept: list[KeptPath]) -> list[ProposedPattern]:
    """The patterns in order of headings: one per family where it matches nothing else, else one per path."""
    families: dict[str, list[WasteCandidate]] = {}
    names = {entry.pattern_stem for entry in found}
    for entry in found:
        family = "Dockerfile*" if entry.pattern_stem == "Dockerfile" and "Dockerfile*" in names else entry.pattern_stem
        families.setdefault(family, []).append(entry)
    waste = {entry.path for entry in found}
    lines: list[ProposedPattern] = []
    for family, members in families.items():
        first = members[0]
        text = _family_pattern(family, members)
        if text is not None and all(_is_in(path, waste) for path in _left_out(text, project.files)):
            lines.append(ProposedPattern(text, first.heading, first.reason))
        elif len(members) <= _MOST_PATHS:
            lines += [ProposedPattern(escape_pattern(entry.path), entry.heading, entry.reason) for entry in members]
        else:
            kept += [KeptPath(entry.path, "no pattern matches it without matching other files") for entry in members]
    lines.sort(key=_place)
    return lines


def _place(line: ProposedPattern) -> tuple[int, str]:
    return HEADINGS.index(line.heading), line.text.lstrip("*/._").lower()


def _family_pattern(family: str, members: Sequence[WasteCandidate]) -> str | None:
    if any(char in family for char in "[]\\!#?") or family.strip() != family:
        return None
    nested = any("/" in entry.path for entry in members)
    if nested and members[0].heading in (DOCUMENTATION, SECRET, TESTS):
        return None  # a file of that name may be needed elsewhere later
    return f"**/{family}" if nested or family in WASTE_AT_ANY_DEPTH else family


def escape_pattern(path: str) -> str:
    """The pattern that matches only this path."""
    text = re.sub(r"([*?\[\]\\])", r"\\\1", path)
    return "/" + text if text[0] in "#! " else text


def _left_out(pattern: str, files: Iterable[str]) -> Iterator[str]:
    match = re.compile(python_regex(pattern)).match
    return (path for path in files if match(path))


def _checked(
    context: Context, old: str, patterns: list[ProposedPattern], found: Sequence[WasteCandidate]
) -> tuple[list[ProposedPattern], list[str]]:
    """The patterns that exclude nothing but the candidates, and the files that are no longer sent."""
    files = context.files()
    waste = {entry.path for entry in found}
    while patterns:
        text = append_patterns(old, patterns)
        after = context.with_ignore(text).files()
        dropped = [path for path in files if path not in after]
        wrong = [path for path in dropped if not _is_in(path, waste)]
        if not wrong:
            return patterns, dropped
        bad = {pattern.text for pattern in patterns if any(_left_out(pattern.text, wrong))}
        patterns = [pattern for pattern in patterns if pattern.text not in bad] if bad else []
    return [], []


def _count(patterns: Sequence[ProposedPattern], files: Mapping[str, int], dropped: Iterable[str]) -> None:
    rest = list(dropped)
    for pattern in patterns:
        hit = set(_left_out(pattern.text, rest))
        pattern.files, pattern.bytes = len(hit), sum(files[path] for path in hit)
        rest = [path for path in rest if path not in hit]


def append_patterns(old: str, patterns: Sequence[ProposedPattern]) -> str:
    """The text of the file with the patterns appended, under their headings."""
    lines: list[str] = []
    heading = ""
    for pattern in patterns:
        if pattern.heading != heading:
            heading = pattern.heading
            lines += [""] * bool(lines) + [f"# {heading}"]
        lines.append(pattern.text)
    if not old.strip():
        return old + "".join(line + "\n" for line in lines)
    ending = "\r\n" if "\r\n" in old else "\n"
    start = old if old.endswith("\n") else old + ending
    return start + "".join(line + ending for line in ["", *lines])
