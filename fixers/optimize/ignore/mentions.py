"""Find files of a project that mention another one, which then must stay in the build context."""

from __future__ import annotations

import os
import posixpath
import re
from typing import cast

from ....model.git_usage import read_small_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....model.context import Context
    from .python_strings import PythonReferences

_CODE = (
    ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".astro", ".go", ".rs", ".java",
    ".kt", ".kts", ".scala", ".groovy", ".gradle", ".cs", ".fs", ".csproj", ".fsproj", ".sln", ".props", ".targets",
    ".php", ".rb", ".erb", ".ex", ".exs", ".pl", ".lua", ".c", ".h", ".cc", ".cpp", ".hpp", ".html", ".htm", ".css",
    ".scss", ".sass", ".less", ".pug", ".ejs", ".hbs", ".jinja", ".j2", ".json", ".json5", ".xml", ".swift", ".dart",
    ".clj", ".hs", ".r", ".proto", ".twig", ".haml", ".slim", ".mdx",
)  # fmt: skip
"""In these a path is quoted or has a slash."""
_WORDS = (
    ".sh", ".bash", ".zsh", ".ps1", ".bat", ".cmd", ".mk", ".cmake", ".toml", ".ini", ".cfg", ".conf", ".yml", ".yaml",
    ".txt", ".in", ".properties", ".gemspec", ".template", ".tmpl", ".env", ".ru", ".rake", ".crontab", ".service",
    ".cabal", ".nix", ".bzl", ".tf", ".sql", ".nimble", ".podspec",
)  # fmt: skip
"""In these a path may be any word."""
_SILENT = frozenset(
    ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock",
     "Pipfile.lock", "composer.lock", "Gemfile.lock", "Cargo.lock", "go.sum", "pytest.ini", "tox.ini", "noxfile.py",
     ".coveragerc", ".pylintrc", "mypy.ini", "phpunit.xml", "phpunit.xml.dist", ".rspec", ".rubocop.yml",
     "codecov.yml", ".codecov.yml", "sonar-project.properties", "renovate.json", "mkdocs.yml",
     ".pre-commit-config.yaml", "CODEOWNERS", ".gitignore", ".gitattributes", ".npmignore", ".prettierignore",
     ".eslintignore", ".dockerignore", ".mailmap", "cypress.json", ".flake8", ".bumpversion.cfg", ".all-contributorsrc",
     ".editorconfig", ".stylelintignore", ".markdownlint.json", ".releaserc", ".releaserc.json", "lerna.json")
)  # fmt: skip
"""Lock files, and settings of development tools that are not used in a build."""
_SILENT_STEMS = (
    ".eslintrc", "eslint.config.", ".prettierrc", "prettier.config.", "jest.config.", "vitest.config.", "karma.conf.",
    "playwright.config.", "cypress.config.", ".stylelintrc", "commitlint.config.", ".commitlintrc", ".lintstagedrc",
    "lint-staged.config.", ".mocharc", ".nycrc", "release.config.", "babel-plugin-istanbul",
)  # fmt: skip
_MAKEFILES = ("makefile", "gnumakefile", "justfile", "taskfile.yml", "taskfile.yaml", "magefile.go", "rakefile")
_MAKING = re.compile(r"(?<![\w/.-])(?:make|gmake|just|task|mage|rake)(?![\w-])")
_TOOL_TABLES = re.compile(
    r"^\[+(?:tool\.(?:pytest|coverage|ruff|black|mypy|isort|pylint|pyright|basedpyright|flake8|bandit|tox|commitizen|"
    r"semantic_release|codespell|interrogate|pydocstyle|towncrier|bumpversion|nox|vulture|autopep8|yapf)\b|"
    r"(?:tool:)?pytest\b|flake8\b|coverage\b|mypy\b|isort\b|pylint\b|pycodestyle\b|pydocstyle\b|tox\b|aliases\b)"
    r"[^\n]*\n(?:(?!\[)[^\n]*\n?)*",
    re.MULTILINE,
)
"""Tables of pyproject.toml and setup.cfg for development tools."""
_LEFT_OUT = re.compile(
    r"""^\s*["']?(?:extend-)?(?:exclude|testpaths|norecursedirs|omit|ignore)[\w-]*["']?\s*[=:]\s*(?:\[[^\]]*\]|[^\n]*)""",
    re.MULTILINE,
)
_TS_GLOBS = re.compile(r'"(?:include|exclude|typeRoots)"\s*:\s*\[[^\]]*\]')
_CODE_COMMENT = re.compile(r"^[ \t]*(?://(?!go:embed)|\*(?![./*])|/\*(?!.*\*/))[^\n]*", re.MULTILINE)
_WORDS_COMMENT = re.compile(r"^[ \t]*(?:#(?!!)|;)[^\n]*", re.MULTILINE)
_HASH_COMMENTS = (".rb", ".erb", ".ex", ".exs", ".pl", ".r")
_LIFECYCLE = (
    "preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare", "start", "prestart",
)  # fmt: skip
_SILENT_KEYS = frozenset(
    ("jest", "eslintConfig", "eslintIgnore", "prettier", "nyc", "c8", "lint-staged", "mocha", "ava", "husky",
     "repository", "bugs", "homepage", "keywords", "directories", "files")
)  # fmt: skip
"""Keys of a package.json that only test tools and the registry read."""
_RUNS_SCRIPT = re.compile(
    r"\b(?:npm|yarn|pnpm|bun|run-s|run-p|npm-run-all|concurrently|turbo|nx|lerna|wsrun)\b([^&|;\n]*)"
)


class ProjectTexts:
    """The relevant texts of a project's small files; each is read once."""

    __slots__ = ("_cache", "_python", "commands", "context", "makes")

    def __init__(self, context: Context, commands: str) -> None:
        """`commands`: the text of the Dockerfiles, which decides which scripts of a package.json are used."""
        self.context = context
        self.commands = commands
        self.makes = _MAKING.search(commands) is not None
        self._cache: dict[str, str] = {}
        self._python: dict[str, PythonReferences | None] = {}

    def files_to_scan(self, files: Iterable[str]) -> Iterator[str]:
        """Those of `files` that may mention others."""
        for path in files:
            name = posixpath.basename(path)
            lower = name.lower()
            if name in _SILENT or lower.startswith(_SILENT_STEMS) or lower.endswith((".min.js", ".map")):
                continue
            if lower in _MAKEFILES and not self.makes:
                continue
            if lower.endswith((*_CODE, *_WORDS, ".py", ".pyi")) or "." not in name[1:]:
                yield path

    def text_of(self, path: str) -> str:
        """The text of a file without line comments and without settings of development tools."""
        if path not in self._cache:
            text = read_small_file(os.path.join(self.context.root, path))
            self._cache[path] = "" if "\0" in text else self._relevant(posixpath.basename(path), text)
        return self._cache[path]

    def _relevant(self, name: str, text: str) -> str:
        if name.endswith((".py", ".pyi")):
            return text
        if name == "package.json":
            return build_part_of_package_json(text, self.commands)
        if name in ("pyproject.toml", "setup.cfg"):
            text = _LEFT_OUT.sub("", _TOOL_TABLES.sub("", text))
        elif name.startswith("tsconfig"):
            text = _TS_GLOBS.sub("", text)
        lower = name.lower()
        code = lower.endswith(_CODE) and not lower.endswith(_HASH_COMMENTS)
        return (_CODE_COMMENT if code else _WORDS_COMMENT).sub("", text)

    def mentions(self, path: str, entry: str, *, folder: bool) -> bool:
        """Whether the file at `path` mentions the base name of `entry`, a path in the context."""
        text = self.text_of(path)
        name = posixpath.basename(entry)
        if name not in text:
            return False
        if path.endswith((".py", ".pyi")):
            words = self._python_words(path, text)
            if words is not None:
                imported = folder and any(_imports(path, dots, module, entry) for dots, module in words.imports)
                return imported or any(
                    _quotes(f'"{string}"', name, folder) for string in words.strings if name in string
                )
            return _has_word(text, name)
        if path.lower().endswith(_CODE):
            return _quotes(text, name, folder)
        return _has_word(text, name)

    def _python_words(self, path: str, text: str) -> PythonReferences | None:
        if path not in self._python:
            from .python_strings import read_python_references

            self._python[path] = read_python_references(text)
        return self._python[path]

    def matches(self, path: str, pattern: re.Pattern[str]) -> bool:
        """Whether the pattern matches in the text of the file; for Python, in its strings and imports."""
        text = self.text_of(path)
        if pattern.search(text) is None:
            return False
        words = self._python_words(path, text) if path.endswith(".py") else None
        if words is None:
            return True
        said = "\n".join((*(f'"{string}"' for string in words.strings), *(module for _, module in words.imports)))
        return pattern.search(said) is not None


def _imports(path: str, dots: int, module: str, entry: str) -> bool:
    """Whether an import in the module at `path` is of the package `entry` or its content."""
    name = posixpath.basename(entry)
    if not dots:
        return module.split(".")[0] == name
    folder = posixpath.dirname(path)
    for _ in range(dots - 1):
        folder = posixpath.dirname(folder)
    target = posixpath.join(folder, *module.split(".")) if module else folder
    return target == entry or target.startswith(entry + "/")


def _quotes(text: str, name: str, folder: bool) -> bool:
    """Whether the text has the name as a part of a path, or alone in quotes."""
    word = re.escape(name)
    if folder:
        return re.search(rf"""(?:["'`/\\>(=:\s]|\*\*/|^){word}(?=["'`/\\<)]|$)""", text, re.MULTILINE) is not None
    return re.search(rf"(?<![\w.-]){word}(?![\w-]|\.\w)", text) is not None


def _has_word(text: str, name: str) -> bool:
    """Whether the text has the name as a word."""
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", text) is not None


def named_in_commands(commands: str, name: str) -> bool:
    """Whether the text of the Dockerfiles names the file or directory."""
    return _has_word(commands, name)


def build_part_of_package_json(text: str, commands: str) -> str:
    """A package.json without settings of test tools and without scripts that the build does not run."""
    import json

    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(data, dict):
        return text
    known = cast("dict[str, object]", data)
    kept = {key: value for key, value in known.items() if key not in _SILENT_KEYS}
    if "scripts" in kept:
        kept["scripts"] = executed_scripts(package_scripts(text), commands)
    return json.dumps(kept, ensure_ascii=False)


def executed_scripts(scripts: dict[str, str], commands: str) -> dict[str, str]:
    """The scripts of a package.json that an install or `commands` run, directly or through other scripts."""
    wanted = [name for name in _LIFECYCLE if name in scripts]
    found: dict[str, str] = {}
    texts = [commands]
    while True:
        for text in texts:
            words = {word for match in _RUNS_SCRIPT.finditer(text) for word in re.split(r"[\s\"',\]]+", match[1])}
            if any(word.endswith("*") for word in words):
                words |= set(scripts)
            wanted += [name for name in scripts if name in words or _hook_of(name) in words]
        texts = [scripts[name] for name in dict.fromkeys(wanted) if name not in found]
        if not texts:
            return found
        found |= {name: scripts[name] for name in wanted}
        wanted = []


def _hook_of(name: str) -> str:
    return name.removeprefix("pre") if name.startswith("pre") else name.removeprefix("post")


def first_mention(texts: ProjectTexts, readers: Sequence[str], entry: str, *, folder: bool) -> str | None:
    """The first of `readers` that mentions `entry`; None when none does."""
    return next((path for path in readers if texts.mentions(path, entry, folder=folder)), None)


def package_scripts(text: str) -> dict[str, str]:
    """The scripts of a package.json; empty when it is invalid."""
    import json

    try:
        scripts = json.loads(text).get("scripts", {})
        return {str(key): str(value) for key, value in scripts.items()}
    except (ValueError, AttributeError, RecursionError):
        return {}
