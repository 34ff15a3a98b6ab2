"""All rules, by theme. The list is explicit: what is not in it does not run, and a test looks for what is missing."""

from __future__ import annotations

from .buildkit.as_casing import as_casing
from .buildkit.description_comment import description_comment
from .buildkit.empty_continuation import empty_continuation
from .buildkit.exposed_mapping import exposed_mapping
from .buildkit.keyword_casing import keyword_casing
from .buildkit.legacy_pair import legacy_pair
from .buildkit.platform_mismatch import platform_mismatch
from .buildkit.protocol_casing import protocol_casing
from .buildkit.secret_like_name import secret_like_name
from .buildkit.stage_casing import stage_casing
from .buildkit.undeclared_base_argument import undeclared_base_argument
from .buildkit.undefined_variable import undefined_variable
from .buildkit.unset_base_argument import unset_base_argument
from .cache.changing_argument import changing_argument
from .cache.copy_before_install import copy_before_install
from .commands.cd_in_run import cd_in_run
from .commands.consecutive_runs import consecutive_runs
from .commands.high_user_id import high_user_id
from .commands.pipe_without_pipefail import pipe_without_pipefail
from .commands.pointless_command import pointless_command
from .commands.relinked_shell import relinked_shell
from .commands.sudo_in_run import sudo_in_run
from .commands.wget_and_curl import wget_and_curl
from .commands.wget_progress import wget_progress
from .context.ignored_source import ignored_source
from .context.missing_source import missing_source
from .context.no_dockerignore import no_dockerignore
from .context.unwanted_files import unwanted_files
from .correctness.entrypoint_script import entrypoint_script
from .correctness.healthcheck_tool import healthcheck_tool
from .correctness.no_shell import no_shell
from .correctness.repeated_package import repeated_package
from .correctness.swallowed_command import swallowed_command
from .correctness.undeclared_argument import undeclared_argument
from .correctness.unused_stage import unused_stage
from .files.add_for_copy import add_for_copy
from .files.archive_copied import archive_copied
from .files.copy_needs_slash import copy_needs_slash
from .files.ignore_comment import ignore_comment
from .files.relative_destination import relative_destination
from .image.full_base import full_base
from .image.latest_base import latest_base
from .image.untagged_base import untagged_base
from .instructions.duplicate_stage import duplicate_stage
from .instructions.fixed_platform import fixed_platform
from .instructions.maintainer import maintainer
from .instructions.redundant_platform import redundant_platform
from .instructions.relative_workdir import relative_workdir
from .instructions.reserved_stage import reserved_stage
from .instructions.second_cmd import second_cmd
from .instructions.second_entrypoint import second_entrypoint
from .instructions.second_healthcheck import second_healthcheck
from .instructions.secret_variable import secret_variable
from .instructions.shell_form_command import shell_form_command
from .labels.empty_label import empty_label
from .labels.extra_label import extra_label
from .labels.label_email import label_email
from .labels.label_hash import label_hash
from .labels.label_key import label_key
from .labels.label_license import label_license
from .labels.label_time import label_time
from .labels.label_url import label_url
from .labels.label_version import label_version
from .labels.missing_label import missing_label
from .layers.deleted_later import deleted_later
from .layers.owner_changed_later import owner_changed_later
from .layers.repeated_installs import repeated_installs
from .layers.update_apart import update_apart
from .packages.apk_cache import apk_cache
from .packages.apk_pin import apk_pin
from .packages.apt_for_people import apt_for_people
from .packages.apt_lists import apt_lists
from .packages.apt_pin import apt_pin
from .packages.apt_recommends import apt_recommends
from .packages.apt_yes import apt_yes
from .packages.dnf_clean import dnf_clean
from .packages.dnf_pin import dnf_pin
from .packages.dnf_yes import dnf_yes
from .packages.gem_pin import gem_pin
from .packages.go_pin import go_pin
from .packages.npm_pin import npm_pin
from .packages.package_cache import package_cache
from .packages.package_list import package_list
from .packages.package_prompt import package_prompt
from .packages.pip_cache import pip_cache
from .packages.pip_pin import pip_pin
from .packages.unpinned_package import unpinned_package
from .packages.yarn_cache import yarn_cache
from .packages.yum_clean import yum_clean
from .packages.yum_pin import yum_pin
from .packages.yum_yes import yum_yes
from .packages.zypper_clean import zypper_clean
from .packages.zypper_dist_upgrade import zypper_dist_upgrade
from .packages.zypper_pin import zypper_pin
from .packages.zypper_yes import zypper_yes
from .security.any_upgrade import any_upgrade
from .security.base_digest import base_digest
from .security.full_upgrade import full_upgrade
from .security.missing_user import missing_user
from .security.password_set import password_set
from .security.pipe_to_shell import pipe_to_shell
from .security.remote_add import remote_add
from .security.secret_file import secret_file
from .security.secret_value import secret_value
from .security.setuid_bit import setuid_bit
from .security.signature_check_off import signature_check_off
from .security.ssh_port import ssh_port
from .security.system_folder import system_folder
from .security.tls_check_off import tls_check_off
from .security.world_writable import world_writable
from .stages.before_from import before_from
from .stages.copy_from_itself import copy_from_itself
from .stages.missing_healthcheck import missing_healthcheck
from .stages.numeric_user import numeric_user
from .stages.onbuild_trigger import onbuild_trigger
from .stages.own_variable import own_variable
from .stages.port_range import port_range
from .stages.root_user import root_user
from .stages.unknown_source_stage import unknown_source_stage
from .stages.untrusted_registry import untrusted_registry
from .stages.whole_file_system import whole_file_system
from .syntax.build_error import build_error
from .syntax.syntax_error import syntax_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .base import Rule

RULES: tuple[Rule, ...] = (
    syntax_error,
    build_error,
    ignore_comment,  # DL1001
    relative_workdir,  # DL3000
    pointless_command,  # DL3001
    root_user,  # DL3002
    cd_in_run,  # DL3003
    sudo_in_run,  # DL3004
    untagged_base,  # DL3006
    latest_base,  # DL3007
    apt_pin,  # DL3008
    apt_lists,  # DL3009
    archive_copied,  # DL3010
    port_range,  # DL3011
    second_healthcheck,  # DL3012
    pip_pin,  # DL3013
    apt_yes,  # DL3014
    apt_recommends,  # DL3015
    npm_pin,  # DL3016
    apk_pin,  # DL3018
    apk_cache,  # DL3019
    add_for_copy,  # DL3020
    copy_needs_slash,  # DL3021
    unknown_source_stage,  # DL3022
    copy_from_itself,  # DL3023
    duplicate_stage,  # DL3024
    shell_form_command,  # DL3025
    untrusted_registry,  # DL3026
    apt_for_people,  # DL3027
    gem_pin,  # DL3028
    fixed_platform,  # DL3029
    yum_yes,  # DL3030
    yum_clean,  # DL3032
    yum_pin,  # DL3033
    zypper_yes,  # DL3034
    zypper_dist_upgrade,  # DL3035
    zypper_clean,  # DL3036
    zypper_pin,  # DL3037
    dnf_yes,  # DL3038
    dnf_clean,  # DL3040
    dnf_pin,  # DL3041
    pip_cache,  # DL3042
    onbuild_trigger,  # DL3043
    own_variable,  # DL3044
    relative_destination,  # DL3045
    high_user_id,  # DL3046
    wget_progress,  # DL3047
    label_key,  # DL3048
    missing_label,  # DL3049
    extra_label,  # DL3050
    empty_label,  # DL3051
    label_url,  # DL3052
    label_time,  # DL3053
    label_license,  # DL3054
    label_hash,  # DL3055
    label_version,  # DL3056
    missing_healthcheck,  # DL3057
    label_email,  # DL3058
    consecutive_runs,  # DL3059
    yarn_cache,  # DL3060
    before_from,  # DL3061
    go_pin,  # DL3062
    reserved_stage,  # DL3063
    secret_variable,  # DL3064
    redundant_platform,  # DL3065
    numeric_user,  # DL3066
    whole_file_system,  # DL3067
    maintainer,  # DL4000
    wget_and_curl,  # DL4001
    second_cmd,  # DL4003
    second_entrypoint,  # DL4004
    relinked_shell,  # DL4005
    pipe_without_pipefail,  # DL4006
    stage_casing,  # BK001
    as_casing,  # BK002
    empty_continuation,  # BK003
    keyword_casing,  # BK004
    undeclared_base_argument,  # BK009
    undefined_variable,  # BK011
    legacy_pair,  # BK013
    platform_mismatch,  # BK014
    secret_like_name,  # BK016
    unset_base_argument,  # BK017
    ignored_source,  # BK019
    description_comment,  # BK020
    protocol_casing,  # BK021
    exposed_mapping,  # BK022
    missing_user,  # SEC001
    tls_check_off,  # SEC002
    signature_check_off,  # SEC003
    password_set,  # SEC004
    full_upgrade,  # SEC005
    any_upgrade,  # SEC006
    pipe_to_shell,  # SEC007
    world_writable,  # SEC009
    setuid_bit,  # SEC010
    secret_value,  # SEC011
    secret_file,  # SEC013
    ssh_port,  # SEC015
    system_folder,  # SEC016
    remote_add,  # SEC017
    base_digest,  # SEC018
    no_dockerignore,  # CTX001
    unwanted_files,  # CTX002
    missing_source,  # CTX003
    update_apart,  # OPT001
    repeated_installs,  # OPT002
    deleted_later,  # OPT003
    owner_changed_later,  # OPT004
    full_base,  # OPT010
    copy_before_install,  # OPT020
    changing_argument,  # OPT021
    unused_stage,  # COR001
    undeclared_argument,  # COR002
    entrypoint_script,  # COR003
    swallowed_command,  # COR004
    healthcheck_tool,  # COR005
    repeated_package,  # COR006
    no_shell,  # COR007
    unpinned_package,  # PKG001
    package_cache,  # PKG002
    package_prompt,  # PKG003
    package_list,  # PKG004
)
