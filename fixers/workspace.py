"""A private copy of a build context, from which both Dockerfiles are built."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Workspace:
    """The copy, and beside it the Dockerfiles with their ignore files.

    Files are hard links where that can be, so that a large context costs no room; one that is touched is copied first.
    Used in a `with` statement, at whose end all of it is removed.
    """

    def __init__(self, context: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dlint-verify-", ignore_cleanup_errors=True)
        self.context = os.path.join(self._folder.name, "context")
        self._source = context

    def __enter__(self) -> Workspace:
        shutil.copytree(
            self._source,
            self.context,
            symlinks=True,
            copy_function=_link,
            ignore=_special,
            ignore_dangling_symlinks=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def put(self, side: str, text: str, ignore: str | None) -> str:
        """Write the Dockerfile of a side and its ignore file, which wins over the one in the context; its path."""
        path = os.path.join(self._folder.name, f"{side}.Dockerfile")
        for name, content in ((path, text), (path + ".dockerignore", ignore or "")):
            with open(name, "wb") as file:
                file.write(content.encode("utf-8", "surrogateescape"))
        return path

    def touch(self, name: str) -> None:
        """Give a file of the context another content that means the same: a line of blanks at its end.

        Raises OSError. Blanks alone, as they are no harm to sources, JSON, YAML, TOML and text.
        """
        path = os.path.join(self.context, name)
        with open(path, "rb") as file:
            content = file.read()
        mode = stat.S_IMODE(os.stat(path).st_mode)
        os.unlink(path)
        blanks = bytes(b"\t "[bit & 1] for bit in os.urandom(32))
        with open(path, "wb") as file:
            file.write(content + b"\n" * (not content.endswith(b"\n")) + blanks + b"\n")
        os.chmod(path, mode)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or a file of someone else
        shutil.copy2(source, target, follow_symlinks=False)
    return target


def _special(folder: str, names: Sequence[str]) -> list[str]:
    """Sockets, pipes and devices, which no build is sent."""
    return [name for name in names if not _is_plain(os.path.join(folder, name))]


def _is_plain(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)
