"""CTX003."""

from __future__ import annotations

from ...model.copy_sources import copies_everything, literal_sources
from ..base import WARNING, Bad, Finding, Good, rule
from .generated import ancestor_folders, may_exist_at_build, similar_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("CTX003", level=WARNING, since="0.1", onbuild=False)
def missing_source(build: Build) -> Iterator[Finding]:
    """COPY or ADD names a file that is not in the build context.

    ## Why
    The build stops there. Often it is a slip of the pen, a file that was renamed, or a path that starts at the wrong
    folder: sources are relative to the build context, not to the Dockerfile.

    ## What is left alone
    What may be made before the image is built: the usual names (`dist`, `target`, `*.jar`, certificates, names
    without an ending …), what a .gitignore ignores, what a build script or a CI file mentions, submodules that are
    not checked out. Also wildcards, words with variables, Dockerfiles of which more than half of the sources are
    missing, so that the context is another, and files that lie in another folder between the Dockerfile and the top
    of the repository.
    """
    context = build.context
    if context is None:
        return
    sources = list(literal_sources(build))
    missing = [each for each in sources if not context.exists(each[2])]
    known = len({path for _, _, path in sources}) + copies_everything(build)
    if not missing or 2 * len({path for _, _, path in missing}) > known:
        return
    folders = ancestor_folders(build, context)
    for instruction, source, path in missing:
        close = similar_file(context, path)
        if close.lower() != path.lower() and may_exist_at_build(context, folders, path):
            continue
        hint = f"; did you mean `{close}`?" if close else ""
        if source.text.startswith(".."):
            hint = hint or "; `..` does not lead out of the context"
        yield Finding(
            f"`{source.text}` is not in the build context `{_shown(context.root)}`, so {instruction.name} fails{hint}",
            source,
        )


def _shown(root: str) -> str:
    return root if root.startswith((".", "/")) else "./" + root


EXAMPLES = (
    Bad(
        "COPY «requirement.txt» /app/\nCOPY app.py /app/",
        files={"requirements.txt": "", "app.py": ""},
        message="did you mean `requirements.txt`?",
    ),
    Bad("COPY app.py «settings.toml» /app/", files={"app.py": ""}),
    Bad("COPY app.py «../lib.py» /app/", files={"app.py": ""}, message="does not lead out"),
    Bad("COPY App «templates» /app/", files={"App": "", "Templates/a": ""}, message="`Templates`"),
    Good("COPY app.py /app/", files={"app.py": ""}),
    Good("COPY app.py dist /app/", files={"app.py": ""}, why="made by a build before"),
    Good("COPY app.py main.js /app/", files={"app.py": "", "main.ts": ""}, why="compiled from main.ts"),
    Good("COPY app.py api.json /app/", files={"app.py": "", ".gitignore": "/api.json\n"}, why="ignored, so made"),
    Good("COPY app.py api.json /app/", files={"app.py": "", "Makefile": "api.json: app.py\n"}, why="made by make"),
    Good(
        "COPY app.py requirements.txt /app/",
        files={"app.py": "", "ci/export.sh": "uv export -o requirements.txt\n"},
        why="a script writes it",
    ),
    Good("COPY app.py *.toml /app/", files={"app.py": ""}, why="a wildcard may match nothing"),
    Good("ARG F=a.toml\nCOPY app.py $F /app/", files={"app.py": ""}, why="the build may name another"),
    Bad("COPY «a.txt» /app/\nCOPY . /app", files={"app.py": ""}, why="this folder is the context, a.txt is nowhere"),
    Good("COPY a.txt /app/\nCOPY . /app", files={"app.py": "", "web/a.txt": ""}, why="web/ may be the context"),
    Good("COPY other.py /app/", files={"app.py": ""}, why="nothing tells that this folder is the context"),
)
