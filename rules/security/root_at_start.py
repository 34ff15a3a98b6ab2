"""Whether what a container starts gives up root, or needs it."""

from __future__ import annotations

import re

from ...syntax.tree import Run
from ..options import runs_privileged
from ..runtime.started_scripts import started_scripts, starting_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage

_SWITCHING_TOOLS = (
    "gosu", "su-exec", "setpriv", "chpst", "s6-setuidgid", "s6-overlay", "runuser", "setuidgid", "fixuid", "step-down",
    "capsh",
)  # fmt: skip
"""Programs that run another one as another user."""
_SWITCHING_SERVICES = frozenset(
    "apache2 apache2-foreground apache2ctl apachectl httpd httpd-foreground nginx openresty php-fpm php-fpm8 caddy "
    "haproxy squid varnishd postgres mysqld mysqld_safe mariadbd mongod redis-server memcached rabbitmq-server "
    "supervisord init systemd s6-svscan runsvdir my_init sshd cron crond anacron named dnsmasq unbound "
    "dovecot postfix exim slapd chronyd ntpd vsftpd proftpd smbd rsyslogd dockerd containerd kubelet "
    "su sudo gosu su-exec".split()
)
"""Services that start as root and switch to their own user, or that need root: their manual pages."""
_SWITCHES = (
    r"\b(?:gosu|su-exec|setpriv|chpst|s6-setuidgid|runuser|setuidgid|su|sudo|fixuid|chroot|apachectl|apache2ctl"
    r"|apache2-foreground|httpd-foreground|supervisord|php-fpm)\b"
)
"""Commands of a script that switch, or that start a service which does."""
_NETWORK_PACKAGES = frozenset(
    "iptables ip6tables nftables ipset wireguard wireguard-tools openvpn strongswan keepalived fail2ban "
    "openssh-server openssh-server-pam dropbear docker docker.io docker-cli docker-ce docker-ce-cli".split()
)
"""Packages that only root can use; Docker's client opens a socket that belongs to root."""
_ROOT_TEXTS = ("docker.sock", "download.docker.com/linux/static")
"""What a RUN or VOLUME contains if the image uses Docker's socket."""


def needs_root(build: Build, chain: Sequence[Stage]) -> bool:
    """Whether the container does what only root can: a compose file gives it privileges, or it filters packets.

    A program that a RUN gives capabilities counts too: its user was thought of.
    """
    if runs_privileged(build) or any(
        any(text in build.dockerfile.source.text[stage.start : stage.end] for text in _ROOT_TEXTS) for stage in chain
    ):
        return True
    runs = [step for stage in chain for step in stage.instructions if isinstance(step, Run)]
    if any(command.name == "setcap" for run in runs for command in build.commands(run)):
        return True
    return any(
        package.name in _NETWORK_PACKAGES
        for run in runs
        for call in build.package_calls(run)
        if call.verb == "install"
        for package in call.packages
    )


def switches_user(build: Build, chain: Sequence[Stage]) -> bool:
    """Whether what the container starts may switch to another user."""
    starters = starting_instructions(chain)
    if not starters and chain[0].base_facts is not None:
        facts = chain[0].base_facts
        started = {word.rpartition("/")[2] for word in (*(facts.entrypoint or ()), *(facts.cmd or ()))}
        if started & _SWITCHING_SERVICES:
            return True
    for starter in starters:
        for command in build.commands(starter):
            if command.name in _SWITCHING_SERVICES or not _SWITCHING_SERVICES.isdisjoint(command.wrappers):
                return True
    texts = [build.dockerfile.source.text[stage.start : stage.end] for stage in chain]
    if any(tool in text for text in texts for tool in _SWITCHING_TOOLS):
        return True
    scripts = list(started_scripts(build, chain))
    if any(script.text is None for script in scripts) and _creates_user(build, chain):
        return True
    return any(re.search(_SWITCHES, script.text) for script in scripts if script.text is not None)


def _creates_user(build: Build, chain: Sequence[Stage]) -> bool:
    """Whether a RUN creates an account, to which an unknown script may switch."""
    runs = [step for stage in chain for step in stage.instructions if isinstance(step, Run)]
    return any(command.name in ("useradd", "adduser") for run in runs for command in build.commands(run))
