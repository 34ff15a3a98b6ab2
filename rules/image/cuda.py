"""Images with CUDA, and what an image needs the CUDA of its base image for."""

from __future__ import annotations

from ...syntax.tree import Run
from ..runtime.started_scripts import copied_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.command import Command

_CUDA = frozenset((("docker.io", "nvidia/cuda"), ("nvcr.io", "nvidia/cuda")))
_PYTORCH = ("docker.io", "pytorch/pytorch")
_COMPILERS = frozenset(
    "nvcc make gmake cmake ninja meson gcc g++ cc c++ clang clang++ cargo go rustc bazel bazelisk scons "
    "configure autoreconf catkin_make colcon xmake nvc nvc++ nvfortran mpicc mpicxx gfortran swift zig b2".split()
)
_SHELLS = frozenset(("bash", "sh", "source", ".", "eval", "zsh", "dash"))
_COMPILING_PACKAGES = frozenset(
    "flash-attn xformers deepspeed apex vllm sglang flashinfer-python triton causal-conv1d mamba-ssm detectron2 pycuda "
    "cupy torch-scatter torch-sparse torch-cluster torch-spline-conv pytorch3d auto-gptq gptqmodel autoawq "
    "bitsandbytes llama-cpp-python mmcv mmcv-full dlib horovod nvdiffrast tinycudann gsplat exllamav2 numba "
    "tensorrt-llm transformer-engine natten sageattention warp-ctc spconv minkowskiengine openmm jcvi kaolin".split()
)
"""Packages that are compiled for CUDA when they are installed, or compile for it when they run."""
_USING_PACKAGES = frozenset(
    "tensorflow tensorflow-gpu onnxruntime-gpu ctranslate2 faster-whisper whisperx tensorrt faiss-gpu pycuda numba "
    "paddlepaddle-gpu mxnet cudf cuml jax-cuda12-plugin pyannote-audio nvidia-dali lightgbm xgboost catboost".split()
)
"""Packages that use the CUDA libraries of the system."""


def is_cuda_image(stage: Stage, variant: str = "") -> bool:
    """Whether the stage is based on NVIDIA's CUDA image, and its tag has this word (`devel`, `runtime`)."""
    ref = stage.base_ref
    if ref is None or (ref.registry, ref.repository) not in _CUDA or ref.tag is None:
        return False
    return not variant or variant in ref.tag.split("-")


def is_pytorch_image(stage: Stage, variant: str = "") -> bool:
    """Whether the stage is based on PyTorch's image, and its tag has this word (`devel`, `runtime`)."""
    ref = stage.base_ref
    if ref is None or (ref.registry, ref.repository) != _PYTORCH or ref.tag is None:
        return False
    return not variant or variant in ref.tag.split("-")


def pytorch_version(stage: Stage) -> str:
    """The version of PyTorch in the base image, empty if it is not PyTorch's image or its tag has none."""
    ref = stage.base_ref
    if ref is None or (ref.registry, ref.repository) != _PYTORCH or ref.tag is None:
        return ""
    version = ref.tag.partition("-")[0]
    return version if version.replace(".", "").isdecimal() else ""


def may_compile(build: Build, chain: Sequence[Stage]) -> bool | None:
    """Whether the stages compile something, or install what may be compiled; None if that is not known."""
    unknown = False
    for run in _runs(chain):
        script = build.script(run)
        if script.error or any(_compiles(command) for command in script.commands):
            return True
        for call in build.package_calls(run):
            names = installed_python_packages(build, chain, run, call)
            if names is None:
                unknown = True
            elif not names.isdisjoint(_COMPILING_PACKAGES) or _installs_source(call):
                return True
    return None if unknown else False


def uses_system_cuda(build: Build, chain: Sequence[Stage]) -> bool | None:
    """Whether the stages install something else that uses the CUDA of the base image; None if that is not known."""
    unknown = False
    for run in _runs(chain):
        for call in build.package_calls(run):
            if call.manager.ecosystem == "os":
                if any("cud" in package.name or "nvidia" in package.name for package in call.packages):
                    return True
                continue
            names = installed_python_packages(build, chain, run, call)
            if names is None:
                unknown = True
            elif not names.isdisjoint(_USING_PACKAGES):
                return True
    return None if unknown else False


def installed_python_packages(
    build: Build, chain: Sequence[Stage], run: Run, call: PackageCall
) -> frozenset[str] | None:
    """The normalized names of the Python packages of an install; None if they are not all known."""
    if call.manager.ecosystem not in ("python", "conda") or call.verb not in ("install", "restore", "build"):
        return frozenset()
    if call.verb != "install" or call.uncertain:
        return None
    names = {_normalized(package.name) for package in call.packages if package.kind == "name"}
    for file in call.requirements:
        name = copied_source(build, chain, build.state(run).path(file))
        data = build.context.read(name) if name is not None and build.context is not None else None
        if data is None:
            return None
        names.update(_required_names(data.decode("utf-8", "replace")))
    return frozenset(names)


def _required_names(text: str) -> Iterator[str]:
    """The names in a requirements file; a line that installs something else counts as `apex`, which is compiled."""
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if not line or line.startswith("-"):
            if line.startswith(("-e", "--editable", "-r", "--requirement")):
                yield "apex"
            continue
        end = 0
        while end < len(line) and (line[end].isalnum() or line[end] in "-_."):
            end += 1
        yield "apex" if "://" in line or line[:1] in "./" else _normalized(line[:end])


def _normalized(name: str) -> str:
    return name.partition("[")[0].strip().lower().replace("_", "-").replace(".", "-")


def _runs(chain: Sequence[Stage]) -> Iterator[Run]:
    for stage in chain:
        for instruction in stage.instructions:
            if isinstance(instruction, Run):
                yield instruction


def _compiles(command: Command) -> bool:
    """Whether the command compiles, or runs something unknown that may do so."""
    if not command.words:
        return False
    program = command.words[0]
    if not command.name or command.name in _COMPILERS or program.value.startswith(("./", "/opt/", "/tmp/", "/app/")):
        return True
    if (command.name in _SHELLS and not command.has("-c")) or program.value.endswith(".sh"):
        return True
    return command.name.startswith("python") and any(word.value.endswith(".py") for word in command.args)


def _installs_source(call: PackageCall) -> bool:
    return (
        call.verb == "install"
        and call.manager.ecosystem == "python"
        and any(package.kind != "name" for package in call.packages)
    )
