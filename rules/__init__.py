"""All rules, by theme. The list is explicit: what is not in it does not run, and a test looks for what is missing."""

from __future__ import annotations

from .cache.changing_argument import changing_argument
from .cache.copy_before_install import copy_before_install
from .context.ignored_source import ignored_source
from .context.missing_source import missing_source
from .context.no_dockerignore import no_dockerignore
from .context.unwanted_files import unwanted_files
from .image.full_base import full_base
from .image.latest_base import latest_base
from .image.untagged_base import untagged_base
from .layers.deleted_later import deleted_later
from .layers.repeated_installs import repeated_installs
from .layers.update_apart import update_apart
from .packages.apk_cache import apk_cache
from .packages.apk_pin import apk_pin
from .packages.apt_lists import apt_lists
from .packages.apt_pin import apt_pin
from .packages.apt_recommends import apt_recommends
from .packages.apt_yes import apt_yes
from .packages.dnf_clean import dnf_clean
from .packages.dnf_yes import dnf_yes
from .packages.gem_pin import gem_pin
from .packages.npm_pin import npm_pin
from .packages.pip_cache import pip_cache
from .packages.pip_pin import pip_pin
from .packages.yarn_cache import yarn_cache
from .packages.yum_clean import yum_clean
from .packages.yum_yes import yum_yes
from .packages.zypper_clean import zypper_clean
from .packages.zypper_yes import zypper_yes
from .syntax.build_error import build_error
from .syntax.syntax_error import syntax_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .base import Rule

RULES: tuple[Rule, ...] = (
    syntax_error,
    build_error,
    untagged_base,  # DL3006
    latest_base,  # DL3007
    apt_pin,  # DL3008
    apt_lists,  # DL3009
    pip_pin,  # DL3013
    apt_yes,  # DL3014
    apt_recommends,  # DL3015
    npm_pin,  # DL3016
    apk_pin,  # DL3018
    apk_cache,  # DL3019
    gem_pin,  # DL3028
    yum_yes,  # DL3030
    yum_clean,  # DL3032
    zypper_yes,  # DL3034
    zypper_clean,  # DL3036
    dnf_yes,  # DL3038
    dnf_clean,  # DL3040
    pip_cache,  # DL3042
    yarn_cache,  # DL3060
    ignored_source,  # BK019
    no_dockerignore,  # CTX001
    unwanted_files,  # CTX002
    missing_source,  # CTX003
    update_apart,  # OPT001
    repeated_installs,  # OPT002
    deleted_later,  # OPT003
    full_base,  # OPT010
    copy_before_install,  # OPT020
    changing_argument,  # OPT021
)
