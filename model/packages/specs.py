"""Reads package arguments (`curl=7.88`, `flask>=2`, `./x.deb`): kind, name and version.

`version` is "1.2" for exactly this version, otherwise with its operator (">=1.2", "^1", "latest"); "" for none.
`kind` is one of

    name          from an index or registry
    file          a local file or directory
    project       the project itself (., -e .)
    url           an archive to download
    repository    a version control system (git+https://…, github:user/repo); `version` is the reference
    group         a group, pattern, task or stream of packages (@development)
    variable      known only when the shell runs
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...syntax.command import Word

    Parsed = tuple[str, str, str]  # kind, name, version


class Package:
    """One package that a call installs, upgrades, downloads or removes, named by `word`. Immutable."""

    __slots__ = ("kind", "name", "version", "word")

    def __init__(self, word: Word, kind: str, name: str, version: str = "") -> None:
        self.word = word
        self.kind = kind
        self.name = name
        self.version = version

    def __repr__(self) -> str:
        return f"Package({self.kind} {self.name!r} {self.version!r})"


def parse_package_word(word: Word, syntax: str) -> Parsed:
    """Kind, name and version of a package argument; the kind is empty if it names none.

    `syntax` is the `version_syntax` of a package manager.
    """
    text = word.value
    if not text:
        return "", "", ""
    if not word.dynamic:
        return _PARSERS[syntax](text, text)
    mask = _mask(text)
    kind, name, version = _PARSERS[syntax](text, mask)
    if kind == "name" and not version and mask[-1] == _HOLE and mask.rstrip(_HOLE)[-1:] not in ("-", ".", "+"):
        return "variable", name, ""  # it may contain a version: docker-compose${VERSION:+==$VERSION}
    return kind, name, version


def parse_package_text(text: str, syntax: str) -> Parsed:
    """Like `parse_package_word`, for the value of a flag."""
    return _PARSERS[syntax](text, _mask(text)) if text else ("", "", "")


_HOLE = "\0"
"""Replaces each character of an expansion in a masked text."""


def _mask(text: str) -> str:
    """The text with the characters of all shell expansions replaced by `_HOLE`."""
    out: list[str] = []
    at = 0
    while at < len(text):
        end = _expansion_end(text, at)
        out.append(_HOLE * (end - at) if end > at else text[at])
        at = max(end, at + 1)
    return "".join(out)


def _expansion_end(text: str, at: int) -> int:
    """The end of the expansion that begins at `at`; `at` if none begins there."""
    if text[at] == "`":
        end = text.find("`", at + 1)
        return end + 1 if end > 0 else len(text)
    if text[at] != "$" or at + 1 == len(text):
        return at
    opening = text[at + 1]
    if opening not in "{(":
        end = at + 1
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        return max(end, at + 2)
    depth, closing = 0, "}" if opening == "{" else ")"
    for end in range(at + 1, len(text)):
        if text[end] == opening:
            depth += 1
        elif text[end] == closing:
            depth -= 1
            if not depth:
                return end + 1
    return len(text)


# Each parser gets the text, and the text with its expansions masked.

_ARCHITECTURES = ("x86_64", "i686", "i386", "noarch", "aarch64", "ppc64le", "s390x", "armv7hl")
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".egg")
_REPOSITORIES = ("git+", "hg+", "svn+", "bzr+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:", "ssh:")


def _is_path(mask: str) -> bool:
    return mask.startswith(("./", "../", "/", "~/")) or mask in (".", "..") or (mask[:1] == _HOLE and "/" in mask)


def _located(text: str, mask: str, *suffixes: str) -> str:
    """The kind "url" or "file", or "" if the text is a package name."""
    if "://" in mask:
        return "url"
    return "file" if _is_path(mask) or mask.endswith(suffixes) else ""


def _compared(text: str, mask: str) -> tuple[str, str]:
    """Name and version, split at the first of = < > ~ !; a plain = is dropped."""
    for at, character in enumerate(mask):
        if character in "=<>~!":
            version = text[at:].strip()
            plain = version.lstrip("=").strip()
            return text[:at].strip(), plain if version[0] == "=" else version
    return text, ""


def _apt(text: str, mask: str) -> Parsed:
    located = _located(text, mask, ".deb")
    if located:
        return located, text, ""
    if mask[0] in "?~" or mask[-1] == "^":
        return "group", text, ""
    for separator in "=/":
        at = mask.find(separator)
        if at > 0:
            return "name", text[:at], text[at + 1 :]
    return ("", "", "") if mask[-1] == "-" else ("name", text, "")  # curl- removes curl


def _apk(text: str, mask: str) -> Parsed:
    located = _located(text, mask, ".apk")
    if located:
        return located, text, ""
    name, version = _compared(text, mask)
    if not name:
        return "", "", ""  # !curl forbids curl
    return "name", name.partition("@")[0], version


def _rpm(text: str, mask: str) -> Parsed:
    located = _located(text, mask, ".rpm")
    if located:
        return located, text, ""
    if mask[0] == "@":
        group, _, stream = text[1:].partition(":")
        return "group", group, stream
    if "(" in mask:
        return "name", text, ""
    name, version = _compared(text, mask)
    if version:
        return "name", name, version
    at = mask.find(":")
    if at > 0 and "-" not in mask[at:] and not mask[:at].rpartition("-")[2].isdigit():  # module:stream, not an epoch
        return "name", text[:at], text[at + 1 :]
    return "name", *_dashed(text, mask)


def _dashed(text: str, mask: str) -> tuple[str, str]:
    """Splits name-version and name-version-release[.arch], but not java-1.8.0-openjdk or gcc-toolset-12.

    A version contains a dot, colon or star, or is followed by a release with a letter (.el9). A lone number belongs to
    the name (gcc-toolset-12, cuda-toolkit-12-4), and so does the x.y of .NET packages.
    """
    stem, dot, tail = mask.rpartition(".")
    if dot and tail in _ARCHITECTURES:
        mask = stem
    parts = mask.split("-")
    if len(parts) > 2 and _begins_version(parts[-2]) and _begins_version(parts[-1]):
        release = parts[-1]
        if _is_version(parts[-2]) or any(character.isalpha() for character in release):
            at = len(mask) - len(release) - len(parts[-2]) - 1
            return text[: at - 1], text[at : len(mask)]
    if len(parts) > 1 and _is_version(parts[-1]):
        at = len(mask) - len(parts[-1])
        dotnet = mask.startswith(("dotnet-", "aspnetcore-", "netstandard-"))
        if not (dotnet and parts[-1].count(".") == 1):
            variable = parts[-1][0] == _HOLE and "VER" not in text[at:].upper()
            return (text, "") if variable else (text[: at - 1], text[at : len(mask)])
    return text, ""


def _begins_version(part: str) -> bool:
    return part[:1].isdigit() or part[:1] == _HOLE


def _is_version(part: str) -> bool:
    return part[:1] == _HOLE or (part[:1].isdigit() and any(character in part for character in ".:*"))


def _zypper(text: str, mask: str) -> Parsed:
    if mask[0] in "-!":
        return "", "", ""  # !curl removes curl
    if mask[0] in "+~" and mask[:2] != "~/":
        text, mask = text[1:], mask[1:] or _HOLE
    kind, colon, name = mask.partition(":")
    if colon and kind in ("pattern", "patch", "product", "srcpackage"):
        return "group", name, ""
    if colon and "/" not in mask:  # repository:package
        text, mask = text[len(kind) + 1 :], name or _HOLE
    return _rpm(text, mask)


def _pacman(text: str, mask: str) -> Parsed:
    located = _located(text, mask, ".pkg.tar.zst", ".pkg.tar.xz", ".pkg.tar.gz")
    return (located, text, "") if located else ("name", *_compared(text, mask))


def _pip(text: str, mask: str) -> Parsed:
    if mask.startswith((".[", "./[")) or mask in (".", "./"):
        return "project", text, ""
    name, at, target = text.partition("@")
    if "://" in name or mask.startswith(_REPOSITORIES) or ("://" in mask and not at):
        return _located_url(text)
    if at and ("://" in target or target.lstrip().startswith("file:")):  # name @ git+https://…
        kind, _, version = _pip(target.strip(), _mask(target.strip()))
        return kind, name.strip(), version
    if _is_path(mask) or mask.endswith(_ARCHIVES) or "/" in mask:
        return "file", text, ""
    return "name", *_requirement(text.partition(";")[0], mask)


def _requirement(text: str, mask: str) -> tuple[str, str]:
    """Name and version of `name[extra]==1.2`; uv and poetry also have `name@1.2`."""
    if "@" in mask:
        name, _, version = text.partition("@")
    else:
        name, version = _compared(text, mask[: len(text)])
        operator = text[len(name) :].lstrip()[:2]
        if operator[:1] == "=" and operator != "==":
            version = ""  # flask=1 is not a requirement
    return name.partition("[")[0].strip(), version.strip()


def _located_url(text: str) -> Parsed:
    """A repository with the reference after its last @, or an archive."""
    if not text.startswith(_REPOSITORIES):
        return "url", text, ""
    path = text.partition("#")[0].partition("://")[2].partition("/")[2]
    return "repository", text, path.rpartition("@")[2] if "@" in path else ""


def _npm(text: str, mask: str) -> Parsed:
    if mask in (".", "./"):
        return "project", text, ""
    if mask.startswith(("file:", "link:", "portal:", "workspace:")) or _is_path(mask):
        return "file", text, ""
    if mask.startswith(_REPOSITORIES) or "://" in mask:
        address, _, reference = text.partition("#")
        archive = "://" in mask and not mask.startswith(_REPOSITORIES) and not address.endswith(".git")
        return ("url", text, "") if archive else ("repository", text, reference)
    if mask.endswith((".tgz", ".tar.gz", ".tar")):
        return "file", text, ""
    at = mask.find("@", 1)
    name, version = (text[:at], text[at + 1 :]) if at > 0 else (text, "")
    if version.startswith("npm:"):  # alias@npm:name@1.2
        return _npm(version[4:], _mask(version[4:]))
    if at > 0 and (version.startswith(_REPOSITORIES) or "://" in version):  # alias@github:user/repository
        kind, _, reference = _npm(version, _mask(version))
        return kind, text if kind == "url" else text.partition("#")[0], reference
    if "/" in mask[: len(name)] and mask[:1] != "@":
        repository, _, reference = text.partition("#")
        return "repository", repository, reference
    return "name", name, version


def _gem(text: str, mask: str) -> Parsed:
    located = _located(text, mask, ".gem")
    if located:
        return located, text, ""
    at = mask.find(":")
    return ("name", text[:at], text[at + 1 :]) if at > 0 else ("name", text, "")


def _go(text: str, mask: str) -> Parsed:
    if mask.endswith(".go"):
        return "file", text, ""
    at = mask.find("@")
    if at > 0:
        return "name", text[:at], text[at + 1 :]
    host = mask.partition("/")[0]
    local = mask[0] in "./~" or ("." not in host and _HOLE not in host)
    return "project" if local else "name", text, ""


def _cargo(text: str, mask: str) -> Parsed:
    located = _located(text, mask)
    if located:
        return located, text, ""
    at = mask.find("@")
    return ("name", text[:at], text[at + 1 :]) if at > 0 else ("name", text, "")


def _composer(text: str, mask: str) -> Parsed:
    for at, character in enumerate(mask):
        if character in ":= ":
            return "name", text[:at], text[at + 1 :].strip()
    return "name", text, ""


def _conda(text: str, mask: str) -> Parsed:
    located = _located(text, mask, ".conda", ".tar.bz2")
    if located:
        return located, text, ""
    channel, _, rest = mask.rpartition("::")
    if channel:
        text, mask = text[len(text) - len(rest) :], rest or _HOLE
    return "name", *_compared(text, mask)


def _dotnet(text: str, mask: str) -> Parsed:
    located = _located(text, mask, ".nupkg", ".config")
    if located:
        return located, text, ""
    at = mask.find("@")
    return ("name", text[:at], text[at + 1 :]) if at > 0 else ("name", text, "")


def _maven(text: str, mask: str) -> Parsed:
    return "", "", ""


_PARSERS: dict[str, Callable[[str, str], Parsed]] = {
    "apt": _apt,
    "apk": _apk,
    "rpm": _rpm,
    "zypper": _zypper,
    "pacman": _pacman,
    "pip": _pip,
    "npm": _npm,
    "gem": _gem,
    "go": _go,
    "cargo": _cargo,
    "composer": _composer,
    "conda": _conda,
    "dotnet": _dotnet,
    "maven": _maven,
}

_MOVING = ("latest", "next", "upgrade", "patch", "none", "head", "master", "main", "trunk", "develop", "*", "x", "any")
_TAGGED = ("npm", "go", "composer", "dotnet", "pip")


def has_upper_bound(version: str, syntax: str = "") -> bool:
    """Whether the version excludes newer releases: `1.2`, `^1` and `<2` do; `latest`, `*`, `>=1` and `!=1` do not."""
    if "$" in version or "`" in version:
        return True
    text = version.strip().lower()
    if text in _MOVING or text.startswith(("dev-", "@")):
        return False
    if syntax in _TAGGED and text[:1].isalpha() and not (text[0] == "v" and text[1:2].isdigit()):
        return syntax == "go"  # a branch or commit for go, a moving channel (next-8, lts) for the others
    for operator in ("=", ">", "<", "~"):
        text = text.replace(operator + " ", operator)
    clauses = text.replace("||", ",").replace(" - ", "<").replace(" ", ",").split(",")
    return not all(clause[:1] == ">" or clause[:2] == "!=" or clause == "*" for clause in clauses if clause)
