"""Rules, findings and examples; see docs/adding-a-rule.md."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, Protocol

    from ..fixers.edits.edit import Fix
    from ..syntax.tree import Comment

    class Spanned(Protocol):
        """Anything with a position in the file."""

        @property
        def start(self) -> int:
            """Offset of the first character."""
            ...

        @property
        def end(self) -> int:
            """Offset after the last character."""
            ...


_PACKAGE = __name__.removesuffix("base")
ERROR, WARNING, INFO, STYLE = "error", "warning", "info", "style"
LEVELS = (ERROR, WARNING, INFO, STYLE)
"""Severities, highest first, named as in hadolint."""
HIGH, MEDIUM, LOW = "high", "medium", "low"
CONFIDENCES = (HIGH, MEDIUM, LOW)
"""How sure a rule is that a finding is right, surest first."""
EVERYWHERE, SHIPPED, HANDWRITTEN = "everywhere", "shipped", "handwritten"
SCOPES = (EVERYWHERE, SHIPPED, HANDWRITTEN)
"""Where the findings of a rule matter; elsewhere their confidence is low.

`everywhere`: what fails, does not do what it says, or leaks a secret; `shipped`: in images that are shipped, not in
those for development, tests or documentation, nor in those of an old version if there is a newer one; `handwritten`: in
such images if the file is not generated, as it is a matter of style.
"""
VERSION_WORDS = ("(?:un)?pin(?:s|ned|ning)?", "latest", "newest", "rolling", "versions?")
"""The subject of rules about versions that are not fixed, see `Rule`."""


class Finding:
    """A violation of a rule.

    - `message`: what is wrong, then `; ` and the remedy; the user's text in backticks, no final stop
    - `start`, `end`: offsets of the text to underline
    - `related`: other positions as (start, end, note)
    - `fix`: None if the finding has no fix
    - `aliases`: other tools' names for this finding if they differ from the rule's; None means the same names
    - `confidence`: one of CONFIDENCES if it differs from the rule's; empty means that of the rule
    """

    __slots__ = ("aliases", "confidence", "end", "fix", "message", "related", "start")

    def __init__(
        self,
        message: str,
        where: Spanned,
        related: Sequence[tuple[Spanned, str]] = (),
        fix: Fix | None = None,
        aliases: Sequence[str] | None = None,
        confidence: str = "",
    ) -> None:
        self.message = message
        self.aliases = aliases
        self.confidence = confidence
        self.start = where.start
        self.end = where.end
        self.related = tuple((place.start, place.end, note) for place, note in related)
        self.fix = fix


class UnusedIgnore:
    """An ignore comment, or some of its names, that suppresses nothing.

    - `names`: the unused rule names
    - `dlint`: whether it is dlint's comment, not hadolint's
    - `edit`: (start, end, text) that removes the names; None if they cannot be removed
    """

    __slots__ = ("comment", "dlint", "edit", "names")

    def __init__(self, comment: Comment, names: Sequence[str], dlint: bool, edit: tuple[int, int, str] | None) -> None:
        self.comment = comment
        self.names = names
        self.dlint = dlint
        self.edit = edit


class Engine:
    """The subject of rules that dlint's engine reports itself: no node of this class exists, so they never run."""


class Example:
    """A small Dockerfile, or part of one, in which a rule reports the marked spans (`bad`) or nothing.

    `text`: preceded by `FROM debian:12-slim` if it has no FROM; `«»` marks each span that must be reported.
    `why`: a caption for the documentation. `shown`: on the rule's page in place of the first example of its kind.
    `files`: the build context, content by name; a number stands for a file of so many bytes. `options`: the settings of
    rules that the example needs.
    `message`: a part of the first finding's message. `fixed`: the text after all fixes of the rule; None if not tested.
    """

    __slots__ = ("_files", "bad", "fixed", "message", "options", "shown", "text", "why")

    def __init__(
        self,
        text: str,
        why: str,
        files: Mapping[str, str | int] | None,
        options: Mapping[str, object] | None,
        bad: bool,
        message: str,
        fixed: str | None = None,
        shown: bool = False,
    ) -> None:
        self.text = text
        self.fixed = fixed
        self.shown = shown
        self.options = options
        self.why = why
        self._files = files
        self.bad = bad
        self.message = message

    @property
    def files(self) -> dict[str, str] | None:
        """The build context, content by name; large contents are made here, and not whenever a rule is imported."""
        if self._files is None:
            return None
        return {name: "x" * each if isinstance(each, int) else each for name, each in self._files.items()}


def Bad(  # noqa: N802
    text: str,
    *,
    why: str = "",
    files: Mapping[str, str | int] | None = None,
    options: Mapping[str, object] | None = None,
    message: str = "",
    fixed: str | None = None,
    shown: bool = False,
) -> Example:
    """An example in which the rule reports exactly the marked spans."""
    return Example(text, why, files, options, bad=True, message=message, fixed=fixed, shown=shown)


def Good(  # noqa: N802
    text: str,
    *,
    why: str = "",
    files: Mapping[str, str | int] | None = None,
    options: Mapping[str, object] | None = None,
    shown: bool = False,
) -> Example:
    """An example in which the rule reports nothing."""
    return Example(text, why, files, options, bad=False, message="", shown=shown)


class Rule:
    """A check and its metadata; the module is imported only when the check runs or its documentation is read.

    - `module`, `name`, `code`, `level`, `since`: module within the package, names, severity, first release
    - `node_types`: names of the classes to check: instructions, `Stage`, or `Build` for once per file
    - `aliases`: other tools' names
    - `prefilter`: lowercase texts; a file that contains none of them, in any case, is skipped
    - `fix`: the safest level of its fixes, empty if it has none
    - `default`: whether it is enabled unless deselected
    - `check`: the generator that yields the findings of a node
    - `onbuild`: whether it also checks ONBUILD triggers
    - `formerly`: names in earlier releases, which still select it
    - `confidence`: how sure it is that a finding is right, unless the finding says otherwise; one of CONFIDENCES
    - `preview`: whether it is new, and only enabled by default with the key `preview`
    - `scope`: where its findings matter, one of SCOPES
    - `subject`: the words of its subject, as regular expressions in lower case; a comment at a finding that contains
      one of them and gives a reason shows that what is reported is deliberate, so the finding has low confidence
    """

    __slots__ = (
        "_normalized_names",
        "aliases",
        "check",
        "code",
        "confidence",
        "default",
        "fix",
        "formerly",
        "level",
        "module",
        "name",
        "node_types",
        "onbuild",
        "prefilter",
        "preview",
        "scope",
        "since",
        "subject",
    )

    def __init__(
        self,
        module: str,
        name: str,
        code: str,
        level: str,
        since: str,
        node_types: Sequence[str],
        aliases: Sequence[str],
        prefilter: Sequence[str],
        fix: str,
        default: bool,
        onbuild: bool,
        formerly: Sequence[str] = (),
        confidence: str = HIGH,
        preview: bool = False,
        scope: str = EVERYWHERE,
        subject: Sequence[str] = (),
        check: Callable[..., Iterator[Finding]] | None = None,
    ) -> None:
        self.formerly = tuple(formerly)
        self.confidence = confidence
        self.preview = preview
        self.scope = scope
        self.subject = tuple(subject)
        self.module = module
        self.name = name
        self.code = code
        self.level = level
        self.since = since
        self.node_types = tuple(node_types)
        self.aliases = tuple(aliases)
        self.prefilter = tuple(prefilter)
        self.fix = fix
        self.default = default
        self.onbuild = onbuild
        self.check: Callable[..., Iterator[Finding]] = check or self._load_check
        self._normalized_names: frozenset[str] | None = None

    @property
    def enabled(self) -> bool:
        """Whether it is enabled by default: new rules are not, before the release that `stable_in` names."""
        return self.default and not self.preview

    @property
    def stable_in(self) -> str:
        """The release in which a rule in preview is planned to be enabled by default: the minor one after `since`."""
        major, _, minor = self.since.partition(".")
        return f"{major}.{int(minor.partition('.')[0]) + 1}"

    @property
    def row(self) -> tuple[object, ...]:
        """The row of the rule in table.py: the arguments of the constructor except the check."""
        return (
            self.module, self.name, self.code, self.level, self.since, self.node_types, self.aliases, self.prefilter,
            self.fix, self.default, self.onbuild, self.formerly, self.confidence,
            self.preview, self.scope, self.subject,
        )  # fmt: skip

    def _load_check(self, *arguments: Any) -> Iterator[Finding]:
        """Import the module of the rule, and check with its generator from now on."""
        self.check = self._made.check
        return self.check(*arguments)

    @property
    def _made(self) -> Rule:
        """The rule that its module has made, with the generator."""
        return getattr(self._loaded, self.name.replace("-", "_"))

    @property
    def _loaded(self) -> Any:
        import sys

        name = _PACKAGE + self.module
        __import__(name)
        return sys.modules[name]

    @property
    def names(self) -> tuple[str, ...]:
        """All names that select the rule: code, name, former names, and aliases with and without prefix."""
        return (
            self.code,
            self.name,
            *self.formerly,
            *self.aliases,
            *(name.partition(":")[2] for name in self.aliases if ":" in name),
        )

    @property
    def normalized_names(self) -> frozenset[str]:
        """`names` in the form used for comparison, see `normalize_selector`."""
        if self._normalized_names is None:
            self._normalized_names = frozenset(map(normalize_selector, self.names))
        return self._normalized_names

    @property
    def summary(self) -> str:
        """The first line of the documentation: one sentence that says what is reported."""
        return self.documentation.partition("\n")[0]

    @property
    def documentation(self) -> str:
        """The docstring of the check, in Markdown: the summary, then sections with `## ` headings."""
        return clean_docstring(self._made.check.__doc__ or "")

    @property
    def examples(self) -> Sequence[Example]:
        """The examples in the module of the rule."""
        return self._loaded.EXAMPLES


def normalize_selector(name: str) -> str:
    """A name in the form used for comparison: lower case, without dashes, underscores and colons."""
    return name.lower().replace("-", "").replace("_", "").replace(":", "")


def clean_docstring(text: str) -> str:
    """A docstring without its indentation, like inspect.cleandoc, whose module is slow to import."""
    lines = text.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    return "\n".join([lines[0].strip(), *(line[margin:].rstrip() for line in lines[1:])]).strip()


def rule(
    code: str,
    *,
    level: str,
    since: str,
    aliases: Sequence[str] = (),
    default: bool = True,
    onbuild: bool = True,
    fix: str = "",
    prefilter: Sequence[str] = (),
    formerly: Sequence[str] = (),
    confidence: str = HIGH,
    preview: bool = False,
    scope: str = EVERYWHERE,
    subject: Sequence[str] = (),
) -> Callable[[Callable[..., Iterator[Finding]]], Rule]:
    """Turn the decorated generator into a rule: its function name is the rule's name, its docstring the page.

    The annotation of its first parameter gives the node types. For the arguments see `Rule`.
    """

    def decorate(check: Callable[..., Iterator[Finding]]) -> Rule:
        # A string: PEP 563
        node_types = str(next(iter(check.__annotations__.values()))).split(" | ")
        module = check.__module__.removeprefix(_PACKAGE)
        name = check.__name__.replace("_", "-")
        return Rule(
            module, name, code, level, since, node_types, aliases, prefilter, fix, default, onbuild, formerly,
            confidence, preview, scope, subject, check,
        )  # fmt: skip

    return decorate
