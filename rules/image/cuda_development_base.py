"""BAS003."""

from __future__ import annotations

from ...syntax.tree import Cmd, Entrypoint, Expose
from ..base import LOW, MEDIUM, SHIPPED, WARNING, Bad, Finding, Good, rule
from ..runtime.started_scripts import starting_instructions, starts_interpreter
from ..stages.development import is_development_file, is_for_development
from .cuda import is_cuda_image, is_pytorch_image, may_compile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule(
    "BAS003",
    level=WARNING,
    since="0.1",
    confidence=MEDIUM,
    preview=True,
    onbuild=False,
    prefilter=("devel",),
    scope=SHIPPED,
)
def cuda_development_base(build: Build) -> Iterator[Finding]:
    """The final image is based on a `devel` image of CUDA, although nothing is compiled in it.

    ## Why
    The `devel` images of CUDA and PyTorch contain compilers, headers and static libraries of several gigabytes, which
    only compiling needs.

    ## What to do
    Use the image with `runtime` in its tag, and compile in an earlier stage that is based on `devel`.

    ## Exceptions
    - Stages that compile something, run a script, or install a package that is compiled for CUDA, such as `flash-attn`.
    - Packages in a requirements file that is not known: the confidence is low.
    - Images for development or tests, and those that start a shell or nothing.
    """
    final = build.final_stage
    if final is None or is_for_development(final) or is_development_file(build):
        return
    if not (is_cuda_image(final, "devel") or is_pytorch_image(final, "devel")) or final.root.from_.base is None:
        return
    chain = [final, *final.ancestors]
    steps = [step for stage in chain for step in stage.instructions]
    if not any(isinstance(step, (Cmd, Entrypoint, Expose)) for step in steps):
        return
    if starts_interpreter(build, starting_instructions(chain)):
        return
    compiles = may_compile(build, chain)
    if not compiles:
        tag = final.base_ref.tag if final.base_ref is not None else None
        runtime = (tag or "").replace("devel", "runtime")
        yield Finding(
            "the final image contains the compilers and headers of CUDA, but nothing is compiled in it; use the tag "
            f"`{runtime}`",
            final.root.from_.base,
            confidence=LOW if compiles is None else "",
        )


EXAMPLES = (
    Bad(
        "FROM «nvidia/cuda:12.9.1-cudnn-devel-ubuntu24.04»\nRUN apt-get update && apt-get install -y python3\n"
        'CMD ["python3", "a.py"]',
        message="use the tag `12.9.1-cudnn-runtime-ubuntu24.04`",
    ),
    Good('FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04\nCMD ["python3", "a.py"]'),
    Bad('FROM «pytorch/pytorch:2.9.0-cuda12.8-cudnn9-devel»\nRUN pip install fastapi\nCMD ["python", "a.py"]'),
    Bad(
        "FROM nvidia/cuda:12.9.1-devel-ubuntu24.04 AS build\nRUN make\n"
        'FROM «nvidia/cuda:12.9.1-devel-ubuntu24.04»\nCOPY --from=build /a /a\nCMD ["/a"]'
    ),
    Good(
        "FROM nvidia/cuda:12.9.1-devel-ubuntu24.04 AS build\nRUN make\n"
        'FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04\nCOPY --from=build /a /a\nCMD ["/a"]'
    ),
    Good('FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nRUN make\nCMD ["/a"]', why="it compiles"),
    Good('FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nRUN ./build.sh\nCMD ["/a"]', why="it may compile"),
    Good('FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nRUN pip install flash-attn\nCMD ["/a"]'),
    Good('FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nRUN pip install .\nCMD ["/a"]'),
    Bad(
        'FROM «nvidia/cuda:12.9.1-devel-ubuntu24.04»\nCOPY r.txt .\nRUN pip install -r r.txt\nCMD ["/a"]',
        files={"r.txt": "fastapi==0.1\n"},
    ),
    Good(
        'FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nWORKDIR /a\nCOPY r.txt .\nRUN pip install -r r.txt\nCMD ["/a"]',
        files={"r.txt": "flash_attn==2.8\n"},
    ),
    Good("FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nCMD bash", why="an image to work in"),
    Good("FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nRUN apt-get install -y git", why="starts nothing"),
    Good('FROM nvidia/cuda:12.9.1-devel-ubuntu24.04 AS dev\nCMD ["/a"]', why="for development"),
)
