"""Settings from earlier steps that change what a package manager does."""

from __future__ import annotations

from ...model.layers import has_earlier_step
from ...syntax.tree import CopyOrAdd, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction

# Releases whose package python-pip is older than pip 6: Debian 8 and Ubuntu 15.10 have 1.5.6.
# Source: snapshot.debian.org/package/python-pip, launchpad.net/ubuntu/+source/python-pip
_BEFORE_PIP_6 = frozenset(
    ("squeeze", "wheezy", "jessie", "lucid", "precise", "quantal", "raring", "saucy", "trusty", "utopic", "vivid",
     "wily")
)  # fmt: skip
_UBUNTU_BEFORE_PIP_6 = tuple(f"{year}.{month}" for year in range(10, 16) for month in ("04", "10"))


def is_configured(build: Build, run: Run, option: str, *files: str) -> bool:
    """Whether a step up to `run` writes `option` to one of the files, or copies such a file of unknown content.

    `option` and `files` are lower-case substrings: "install-recommends", "apt.conf".
    """

    def writes(step: Instruction) -> bool:
        text = lowercase_text(step)
        may_set = option in text or (isinstance(step, CopyOrAdd) and not step.heredocs)
        return may_set and any(file in text for file in files)

    return is_preceded(build, run, (option, *files), writes)


def is_preceded(build: Build, run: Run, key: tuple[str, ...], matches: Callable[[Instruction], bool]) -> bool:
    """Whether a step up to and including `run`, in its stage or an ancestor, matches; searched once for each `key`.

    `matches` is called with the trigger of an ONBUILD.
    """
    stage = build.stage_of(run)
    if stage is None:
        return False

    def step_matches(step: Instruction) -> bool:
        return matches(step.trigger or step)

    own = stage.instructions[build.index_of(run)]
    return has_earlier_step(build, run, key, step_matches) or step_matches(own)


def lowercase_text(step: Instruction) -> str:
    """The text of the instruction in lower case, with its heredocs."""
    text = step.logical.text
    return "".join([text, *(heredoc.body for heredoc in step.heredocs)]).lower()


def pip_lacks_cache(build: Build, run: Run, call: PackageCall) -> bool:
    """Whether pip is the package of an old release, before 6.0, which introduced the cache and `--no-cache-dir`.

    Source: pip.pypa.io/en/stable/news/#v6-0
    """
    stage = build.stage_of(run)
    if stage is None or not _old_release(stage):
        return False

    def mentions(*words: str) -> bool:
        def matches(step: Instruction) -> bool:
            return isinstance(step, Run) and any(word in lowercase_text(step) for word in words)

        return is_preceded(build, run, ("RUN mentions", *words), matches)

    python = _python_of(call)

    def upgrades(step: Instruction) -> bool:
        return isinstance(step, Run) and any(_upgrades_pip(each, python) for each in build.package_calls(step))

    if mentions("get-pip", "easy_install", "conda", "pyenv"):
        return False
    if has_earlier_step(build, run, ("pip upgraded", python), lambda step: upgrades(step.trigger or step)):
        return False
    own = (each for each in build.package_calls(run) if each.command.start < call.command.start)
    return not any(_upgrades_pip(each, python) for each in own) and mentions("python-pip", "python3-pip")


def _upgrades_pip(call: PackageCall, python: str) -> bool:
    """Whether a call installs a new version of the pip of this Python."""
    is_same = call.manager.name == "pip" and _python_of(call) == python
    return is_same and any(package.name == "pip" for package in call.packages)


def _python_of(call: PackageCall) -> str:
    """The Python that a pip belongs to: `3` for pip3 and python3 -m pip, empty for pip and pip2."""
    words = [word.base_name() for word in call.command.words[:1]]
    return "3" if any("3" in word for word in words) else ""


def pip_may_lack_cache(build: Build, run: Run) -> bool:
    """Whether pip may be older than 6.0: a system package in an image whose release is unknown."""
    stage = build.stage_of(run)
    if stage is None or (stage.base_facts is not None and stage.base_facts.suite):
        return False

    def names_package(step: Instruction) -> bool:
        text = lowercase_text(step)
        return any(sign in text for sign in ("python-pip", "python3-pip", "pip==1.", "pip==0.", "pip<"))

    return is_preceded(build, run, ("package of pip",), names_package)


def _old_release(stage: Stage) -> bool:
    """Whether the base image is a release of Debian or Ubuntu whose pip is older than 6.0."""
    if stage.base_facts is not None and stage.base_facts.suite in _BEFORE_PIP_6:
        return True
    ref = stage.base_ref
    for word in (ref.tag or "").replace("_", "-").split("-") if ref is not None else ():
        number = word.removeprefix("ubuntu")
        ubuntu = ref is not None and ("ubuntu" in ref.repository or number != word)
        if word in _BEFORE_PIP_6 or (ubuntu and number.startswith(_UBUNTU_BEFORE_PIP_6)):
            return True
    return False


def yarn_may_run_from_cache(build: Build, run: Run, call: PackageCall) -> bool:
    """Whether this may be Yarn 2 or later, where programs run from the cache with Plug'n'Play."""
    if call.has("--immutable", "--immutable-cache", "--check-cache") or call.path == "workspaces focus":
        return True
    if build.context is not None and build.context.exists(".yarnrc.yml"):
        return True
    return is_preceded(build, run, _BERRY, _is_berry)


def _is_berry(step: Instruction) -> bool:
    text = lowercase_text(step)
    return any(sign in text for sign in (_BERRY_FILES if isinstance(step, CopyOrAdd) else _BERRY))


_BERRY_FILES = (".yarnrc.yml", ".yarn/", ".yarn ", ".yarn*", ".yarnrc*")
_BERRY = ("yarn set version", ".yarnrc.yml", "corepack", ".yarn/")
