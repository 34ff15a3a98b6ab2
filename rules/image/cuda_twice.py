"""OPT027."""

from __future__ import annotations

from ..base import LOW, MEDIUM, SHIPPED, WARNING, Bad, Finding, Good, rule
from ..stages.development import is_development_file, is_for_development
from .cuda import is_cuda_image, may_compile, pytorch_version, uses_system_cuda

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...model.packages.specs import Package
    from ...syntax.tree import Run


_WITH_CUDA = frozenset(("torch", "torchvision", "torchaudio"))
_INDEXES = ("--index-url", "-i", "--extra-index-url", "-f", "--find-links")
_INDEX_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_TORCH_BACKEND", "PIP_FIND_LINKS")


@rule(
    "OPT027",
    level=WARNING,
    since="0.1",
    confidence=MEDIUM,
    preview=True,
    onbuild=False,
    prefilter=("torch",),
    scope=SHIPPED,
)
def cuda_twice(run: Run, build: Build) -> Iterator[Finding]:
    """PyTorch is installed with its own CUDA libraries in an image that already contains CUDA.

    ## Why
    The packages of PyTorch for Linux bring the CUDA libraries that they use, so those of the base image, several
    gigabytes, are never loaded. The driver comes from the host. Another version of PyTorch in PyTorch's own image does
    not replace the first one, which stays in its layer.

    ## What to do
    Use a base image without the CUDA libraries: `nvidia/cuda:<version>-base-…`, or `python:3.13-slim` with
    `NVIDIA_VISIBLE_DEVICES=all` and `NVIDIA_DRIVER_CAPABILITIES=compute,utility`.

    ## Exceptions
    - Files that compile for CUDA, or install something else that uses the libraries of the system.
    - Packages in a requirements file that is not known: the confidence is low.
    - Indexes of packages without CUDA (`…/whl/cpu`) and private indexes.
    """
    stage = build.stage_of(run)
    if stage is None or not build.is_shipped(stage) or is_for_development(stage) or is_development_file(build):
        return
    found = [package for call in build.package_calls(run) for package in _bundling(call)]
    present = pytorch_version(stage)
    for package in (package for package in found if present and package.name.lower() == "torch"):
        wanted = package.version.removeprefix("==").partition("+")[0]
        if wanted.replace(".", "").isdecimal() and wanted != present:
            message = f"the base image already contains torch {present}, which stays in it; use the image of `{wanted}`"
            yield Finding(message, package.word)
            return
    variant = next((each for each in ("runtime", "devel") if is_cuda_image(stage, each)), "")
    if not variant:
        return
    if not found or any(name in build.state(run).vars for name in _INDEX_VARIABLES):
        return
    needs = build.cached("needs of CUDA", lambda: _needs(build))
    if True not in needs:
        package = found[0]
        yield Finding(
            f"`{package.name}` brings its own CUDA libraries, so those of the base image are not used; use a `base` "
            f"image instead of `{variant}`",
            package.word,
            confidence=LOW if None in needs else "",
        )


def _needs(build: Build) -> tuple[bool | None, bool | None]:
    """Whether the final image compiles, and whether it uses the CUDA of its base; each None if that is not known."""
    final = build.final_stage
    chain = [final, *final.ancestors] if final is not None else []
    return may_compile(build, chain), uses_system_cuda(build, chain)


def _bundling(call: PackageCall) -> list[Package]:
    """The packages of the call that bring CUDA."""
    if call.manager.ecosystem != "python" or call.verb != "install" or call.uncertain:
        return []
    for index in call.values(*_INDEXES):
        if "download.pytorch.org/whl" not in index or "/cpu" in index or "/rocm" in index or "/xpu" in index:
            return []
    return [p for p in call.packages if p.kind == "name" and p.name.lower() in _WITH_CUDA and "+cpu" not in p.version]


EXAMPLES = (
    Bad(
        "FROM nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04\nRUN pip install «torch==2.9.0» fastapi",
        message="`torch` brings its own CUDA libraries",
    ),
    Good("FROM nvidia/cuda:12.9.1-base-ubuntu24.04\nRUN pip install torch==2.9.0"),
    Bad(
        "FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04\n"
        "RUN pip install --index-url https://download.pytorch.org/whl/cu129 «torch» torchvision"
    ),
    Good(
        "FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04\n"
        "RUN pip install --index-url https://download.pytorch.org/whl/cpu torch"
    ),
    Good("FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04\nRUN pip install torch faster-whisper", why="it uses CUDA"),
    Good("FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04\nRUN apt-get install -y libcudnn9\nRUN pip install torch"),
    Good("FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nRUN pip install torch\nRUN make", why="it compiles"),
    Good("FROM nvidia/cuda:12.9.1-devel-ubuntu24.04\nRUN pip install torch\nRUN pip install flash-attn"),
    Good("FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04\nRUN pip install -i https://example.com/simple torch"),
    Bad(
        "FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04\nWORKDIR /a\nCOPY r.txt .\nRUN pip install «torch» -r r.txt",
        files={"r.txt": "fastapi==0.1\n"},
    ),
    Good("FROM python:3.13\nRUN pip install torch"),
    Good(
        "FROM nvidia/cuda:12.9.1-runtime-ubuntu24.04 AS a\nRUN pip install torch\nFROM python:3.13", why="not shipped"
    ),
)
