"""Where commands put what they download or unpack."""

from __future__ import annotations

import posixpath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .build_record import BuildRecord
    from .placed_words import PlacedWords

_GIT_VALUED = ("-b", "--branch", "--depth", "-o", "-c", "-j", "--jobs", "--reference", "--shallow-since", "-C")
_CURL_VALUED = ("-o", "--output", "-H", "--header", "-d", "--data", "-u", "--user", "-A", "--retry", "-X", "--proto")
_WGET_VALUED = ("-O", "--output-document", "-P", "--directory-prefix", "-t", "--tries", "--header", "-T", "-e", "-U")


def fetch(effects: BuildRecord, place: PlacedWords, name: str) -> None:
    """Record what a command downloads or unpacks. Raises RewriteRejected when its path is unknown."""
    if name == "git":
        _git(effects, place)
    elif name in ("wget", "curl"):
        effects.add_download()
        _download(effects, place, name)
    elif name in ("tar", "unzip"):
        target = place.option("-d") if name == "unzip" else place.option("-C", "--directory", "--cd")
        effects.unpack(place, place.path(target) if target else place.here)
    else:
        for word in place.command.operands():
            effects.write(place, place.path(word.value).rpartition(".")[0])


def _git(effects: BuildRecord, place: PlacedWords) -> None:
    operands = [word.value for word in place.command.operands(_GIT_VALUED)]
    if operands[:1] == ["clone"] and len(operands) > 1:
        target = operands[2] if len(operands) > 2 else posixpath.basename(operands[1].rstrip("/")).removesuffix(".git")
        effects.add_download()
        effects.add_tree(place, place.path(target))
    elif operands[:1] not in (["config"], ["version"], []):
        effects.modify(place, place.here)


def _download(effects: BuildRecord, place: PlacedWords, name: str) -> None:
    wget = name == "wget"
    to = place.option("-O", "--output-document") if wget else place.option("-o", "--output")
    if to == "-" or (not wget and to is None and not place.command.has("-O", "--remote-name")):
        return
    urls = [word.value for word in place.command.operands(_WGET_VALUED if wget else _CURL_VALUED)]
    folder = (place.option("-P", "--directory-prefix") if wget else None) or ""
    names = [to] if to else [posixpath.join(folder, posixpath.basename(url.partition("?")[0])) for url in urls]
    if not names:
        raise place.rejected(f"the file that `{place.text}` writes is unknown; name it")
    for written in names:
        effects.write(place, place.path(written))
