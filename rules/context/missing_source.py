"""CTX003."""

from __future__ import annotations

from ...model.copy_sources import copies_everything, literal_sources
from ...model.generated_files import ancestor_folders, may_exist_at_build, similar_file
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Argument


@rule("CTX003", level=WARNING, since="0.1", onbuild=False)
def missing_source(build: Build) -> Iterator[Finding]:
    """COPY or ADD references a file that is not in the build context.

    ## Why
    The build fails. Common causes are a typo, a renamed file, or a path relative to the Dockerfile: sources are
    relative to the root of the build context.

    ## Exceptions
    - Files that may be created before the image is built: common names (`dist`, `target`, `*.jar`, certificates, names
      without an extension), files ignored by `.gitignore`, files that `.dockerignore` includes by `!name`, files
      mentioned in a build script, a hook or a configuration of CI, and submodules that are not checked out.
    - Wildcards and variables.
    - Dockerfiles for which more than half of the sources are missing, because the build context is probably another
      directory.
    - Files that exist in another directory between the Dockerfile and the root of the repository.
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
    places: dict[str, list[Argument]] = {}
    for _, source, path in missing:
        places.setdefault(path, []).append(source)
    for instruction, source, path in missing:
        if places[path][0] is not source:
            continue
        close = similar_file(context, path)
        if close.lower() != path.lower() and may_exist_at_build(context, folders, path):
            continue
        hint = f"; did you mean `{close}`?" if close else ""
        if source.text.startswith(".."):
            hint = hint or "; `..` cannot leave the build context"
        yield Finding(
            f"`{source.text}` not found in build context `{_shown(context.root)}`, so {instruction.name} fails{hint}",
            source,
            related=[(other, "again here") for other in places[path][1:]],
        )


def _shown(root: str) -> str:
    return root if root.startswith((".", "/")) else "./" + root


EXAMPLES = (
    Bad(
        "COPY «requirement.txt» /app/\nCOPY app.py /app/",
        files={"requirements.txt": "", "app.py": ""},
        message="did you mean `requirements.txt`?",
    ),
    Good("COPY app.py /app/", files={"app.py": ""}),
    Bad("COPY app.py «settings.toml» /app/", files={"app.py": ""}),
    Bad("COPY app.py «../lib.py» /app/", files={"app.py": ""}, message="cannot leave the build context"),
    Bad("COPY App «templates» /app/", files={"App": "", "Templates/a": ""}, message="`Templates`"),
    Good("COPY app.py dist /app/", files={"app.py": ""}, why="a common output directory"),
    Good("COPY app.py main.js /app/", files={"app.py": "", "main.ts": ""}, why="compiled from main.ts"),
    Good(
        "COPY app.py api.json /app/",
        files={"app.py": "", ".gitignore": "/api.json\n"},
        why="ignored by git, so probably generated",
    ),
    Good("COPY app.py api.json /app/", files={"app.py": "", "Makefile": "api.json: app.py\n"}, why="created by make"),
    Good(
        "COPY app.py requirements.txt /app/",
        files={"app.py": "", "ci/export.sh": "uv export -o requirements.txt\n"},
        why="created by a script",
    ),
    Good(
        "COPY app.py .local/ /app/",
        files={"app.py": "", ".buildkite/hooks/pre-command": "cp -R /buildkite/.local .\n"},
        why="created by a hook of CI",
    ),
    Good("COPY app.py a.toml /app/", files={"app.py": "", ".jenkins/steps.groovy": "sh 'make-it > a.toml'\n"}),
    Good("COPY app.py a.toml /app/", files={"app.py": "", ".dockerignore": "*\n!app.py\n!a.toml\n"}),
    Bad("COPY app.py «a.toml» /app/", files={"app.py": "", ".dockerignore": "*\n!app.py\n!b.toml\n"}),
    Bad(
        "FROM debian:12 AS a\nCOPY app.py «settings.toml» /app/\nFROM debian:12\nCOPY settings.toml /app/",
        files={"app.py": ""},
        why="reported once",
    ),
    Good("COPY app.py *.toml /app/", files={"app.py": ""}, why="a wildcard may match nothing"),
    Good("ARG F=a.toml\nCOPY app.py $F /app/", files={"app.py": ""}, why="the build may set another file"),
    Bad("COPY «a.txt» /app/\nCOPY . /app", files={"app.py": ""}, why="not found in any directory"),
    Good("COPY a.txt /app/\nCOPY . /app", files={"app.py": "", "web/a.txt": ""}, why="web/ may be the context"),
    Good("COPY other.py /app/", files={"app.py": ""}, why="the build context may be another directory"),
)
