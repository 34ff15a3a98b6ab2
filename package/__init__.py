"""dlint as a library: lint, fix, format, optimize and parse the text of a Dockerfile.

    from dockerfile_dlint import lint_text

    for diagnostic in lint_text("FROM debian:latest\\n"):
        print(diagnostic.start, diagnostic.code, diagnostic.message)

The names in `__all__` are the public interface; everything else may change in any release. Importing this package loads
nothing else: each name is imported when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .lint.library import (
        Diagnostic,
        DlintError,
        Edit,
        Fix,
        fix_text,
        format_text,
        lint_file,
        lint_text,
        optimize_text,
        parse_text,
    )

    __version__: str

__all__ = [
    "Diagnostic",
    "DlintError",
    "Edit",
    "Fix",
    "__version__",
    "fix_text",
    "format_text",
    "lint_file",
    "lint_text",
    "optimize_text",
    "parse_text",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562). Raises AttributeError for any other name."""
    if name == "__version__":
        from importlib.metadata import version

        value: object = version("dockerfile-dlint")
    elif name in __all__:
        from .lint import library

        value = getattr(library, name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted(__all__)
