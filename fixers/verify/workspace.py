"""A private copy of a build context, from which both Dockerfiles are built."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile

from ...model.disk import read_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Workspace:
    """A temporary copy of the context, next to the Dockerfiles with their ignore files; a context manager.

    Files may change while images are built, hence the copy. It has only `wanted`, the files that a build is sent.
    """

    def __init__(self, context: str, wanted: Collection[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dlint-verify-", ignore_cleanup_errors=True)
        self.context = os.path.join(self._folder.name, "context")
        self._source = context
        self._wanted = wanted
        self._folders = {path[:at] for path in wanted for at in range(len(path)) if path[at] == "/"}

    def __enter__(self) -> Workspace:
        try:
            shutil.copytree(self._source, self.context, symlinks=True, ignore=self._unwanted)
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def write_dockerfile(self, side: str, text: str, ignore: str | None) -> str:
        """Write the Dockerfile of a side and its own ignore file, and return the path of the Dockerfile."""
        path = os.path.join(self._folder.name, f"{side}.Dockerfile")
        for name, content in ((path, text), (path + ".dockerignore", ignore or "")):
            with open(name, "wb") as file:
                file.write(content.encode("utf-8", "surrogateescape"))
        return path

    def touch(self, name: str) -> None:
        """Change a file of the context without changing its meaning. Raises OSError.

        A line of white space at the end is harmless in source code, JSON, YAML, TOML and text.
        """
        path = os.path.join(self.context, name)
        content = read_file(path, os.stat(path).st_size, self.context)
        mode = stat.S_IMODE(os.stat(path).st_mode)
        os.unlink(path)
        blanks = bytes(b"\t "[bit & 1] for bit in os.urandom(32))
        with open(path, "wb") as file:
            file.write(content + b"\n" * (not content.endswith(b"\n")) + blanks + b"\n")
        os.chmod(path, mode)

    def _unwanted(self, folder: str, names: Sequence[str]) -> list[str]:
        """What to skip: files that neither build is sent, sockets, pipes and devices. Empty directories are copied."""
        return [name for name in names if not self._is_wanted(os.path.join(folder, name))]

    def _is_wanted(self, path: str) -> bool:
        inside = os.path.relpath(path, self._source).replace(os.sep, "/")
        mode = os.lstat(path).st_mode
        if stat.S_ISDIR(mode):
            return inside in self._folders or not any(files for _, _, files in os.walk(path))
        return inside in self._wanted and (stat.S_ISREG(mode) or stat.S_ISLNK(mode))
