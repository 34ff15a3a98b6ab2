"""What compilers and build tools of C and C++ write, and where `install` puts it."""

from __future__ import annotations

import posixpath
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .placed_words import PlacedWords

_DEFAULT = "/usr/local"
_CONFIGURES = frozenset("config Configure configure autogen.sh".split())
_OUTSIDE = ("--sysconfdir", "--localstatedir", "--bindir", "--sbindir", "--libdir", "--datadir", "--exec-prefix")
_INSTALLED = re.compile(r"^install\b")
_PREFIX = re.compile(r"^\s*(?:export\s+)?(?:PREFIX|prefix)\s*[?:]?=\s*(\S+)", re.MULTILINE)
_WRITES = re.compile(r"^\t.*\b(?:install|cp|mv|ln|mkdir)\b.*", re.MULTILINE)
_ABSOLUTE = re.compile(r"(?<![\w$)}./~-])/[\w.][\w./-]*")


def compiled_file(place: PlacedWords) -> str:
    """The file that a compiler writes, as written."""
    output = place.option("-o")
    if output is not None:
        return output
    source = next((word.value for word in place.command.operands(("-I", "-L", "-D", "-x", "-std"))), "a.c")
    return posixpath.splitext(posixpath.basename(source))[0] + ".o" if place.command.has("-c") else "a.out"


def prefix_option(place: PlacedWords, name: str) -> str | None:
    """The directory that a command configures for `install`; None when it configures none.

    Raises RewriteRejected for directories elsewhere.
    """
    if name in ("cmake", "cmake3"):
        defined = {"--build", "--install"} & {word.value for word in place.command.args}
        return None if defined else _defined(place) or _DEFAULT
    if name == "meson":
        return place.option("--prefix") or _DEFAULT if place.command.args[:1] and not _installs(place) else None
    if name not in _CONFIGURES:
        return None
    for option in _OUTSIDE:
        value = place.option(option)
        if value is not None and not value.startswith((_DEFAULT, "${prefix}", "$prefix")):
            raise place.rejected(f"`{option}={value}` installs outside of the prefix; leave the option out")
    return place.path(place.option("--prefix") or _DEFAULT)


def _defined(place: PlacedWords) -> str:
    """The value of CMAKE_INSTALL_PREFIX."""
    for word in place.command.args:
        match = re.match(r"-D\s*CMAKE_INSTALL_PREFIX(?::\w+)?=(.+)", word.value)
        if match is not None:
            return place.path(match[1])
    option = place.option("--install-prefix")
    return place.path(option) if option else ""


def install_prefix(place: PlacedWords, name: str, configured: str | None, makefile: str | None) -> str:
    """The directory that a command installs to; "" when it does not install.

    `configured`: the directory configured before; `makefile`: the Makefile of the directory, where it is known.
    Raises RewriteRejected when the directory is unknown.
    """
    if name in ("cmake", "cmake3", "meson"):
        if not _installs(place):
            return ""
        return _with_root(place, place.option("--prefix") or configured or _DEFAULT)
    if name not in ("make", "gmake", "ninja"):
        return ""
    targets = [word.value for word in place.command.operands(("-j", "-C", "-f", "-l"))]
    if not any(_INSTALLED.match(target) for target in targets):
        return ""
    given = next((target.partition("=")[2] for target in targets if target.lower().startswith("prefix=")), "")
    known = place.path(given) if given else configured or _of_makefile(makefile)
    if not known:
        raise place.rejected(
            f"the directory that `{place.text}` installs to is unknown; name it, as in `make install PREFIX=/usr/local`"
        )
    return _with_root(place, known)


def _with_root(place: PlacedWords, prefix: str) -> str:
    """The directory with DESTDIR before it."""
    words = [*(f"{name}={word.value}" for name, word in place.command.assignments)]
    words += [word.value for word in place.command.operands()]
    root = next((word.partition("=")[2] for word in words if word.startswith("DESTDIR=")), "")
    return posixpath.normpath(place.path(root) + prefix) if root else prefix


def _installs(place: PlacedWords) -> bool:
    words = [word.value for word in place.command.args]
    target = place.option("--target", "-t") or ""
    return "--install" in words or target.startswith("install") or words[:1] == ["install"]


def _of_makefile(text: str | None) -> str:
    """The directory in a Makefile that installs nowhere else; "" when it is unknown."""
    if text is None:
        return ""
    found = _PREFIX.search(text)
    prefix = found[1] if found is not None else _DEFAULT
    lines = " ".join(match[0] for match in _WRITES.finditer(text))
    paths = [path for path in _ABSOLUTE.findall(lines) if not path.startswith(("/dev/", "/tmp/"))]
    return prefix if prefix.startswith("/") and all(path.startswith(prefix) for path in paths) else ""
