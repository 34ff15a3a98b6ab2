"""Which environment variables a base image sets, according to the catalog and a table of older releases."""

from __future__ import annotations

import re

from .images.catalog import CATALOG, ENV_COLUMN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .build import Stage

_OLDER_RELEASES = {
    "golang": "GOLANG_DOWNLOAD_URL GOLANG_DOWNLOAD_SHA1 GOLANG_DOWNLOAD_SHA256",
    "gradle": "GRADLE_SHA",
    "httpd": "HTTPD_SHA1 HTTPD_BZ2_URL HTTPD_ASC_URL NGHTTP2_VERSION OPENSSL_VERSION",
    "node": "NPM_CONFIG_LOGLEVEL",
    "php": "PHP_EXTRA_CONFIGURE_ARGS PHP_EXTRA_BUILD_DEPS PHP_FILENAME PHP_MD5",
    "python": "PYTHONIOENCODING",
    "redis": "REDIS_DOWNLOAD_URL REDIS_DOWNLOAD_SHA REDIS_DOWNLOAD_SHA1 GOSU_VERSION",
    "ruby": "BUNDLER_VERSION RUBYGEMS_VERSION BUNDLE_PATH BUNDLE_BIN",
    "tomcat": "OPENSSL_VERSION TOMCAT_TGZ_URL TOMCAT_TGZ_URLS TOMCAT_ASC_URL TOMCAT_ASC_URLS TOMCAT_SHA1 GPG_KEYS",
}
"""Variables that the catalog has not, as it records few old tags.

Source: the history of the Dockerfiles in the repositories of github.com/docker-library.
"""

_OTHER_IMAGES = frozenset(
    """
    ASPNET_VERSION BUN_INSTALL CASSANDRA_VERSION COMPOSER_HOME COMPOSER_VERSION CONDA_DIR DENO_VERSION
    DOTNET_SDK_VERSION DOTNET_VERSION ELIXIR_VERSION GHC_VERSION GHOST_VERSION HAPROXY_VERSION JETTY_HOME
    JETTY_VERSION JULIA_PATH JULIA_VERSION MARIADB_VERSION MEMCACHED_VERSION MONGO_MAJOR MONGO_VERSION OTP_VERSION
    PERL_VERSION RABBITMQ_VERSION REBAR3_VERSION SOLR_VERSION SWIFT_VERSION
    """.split()
)
"""Variables of images that the catalog does not record, which images built from them keep."""


def base_may_define(stage: Stage, name: str) -> bool:
    """Whether the base image of the stage may set the variable `name`: it does, or it is unknown."""
    return base_defines(stage, name) is not False


def base_defines(stage: Stage, name: str) -> bool | None:
    """Whether the base image of the stage sets the variable `name`.

    True and False only for `scratch` and for official images in the catalog: whether a tag of the image sets it. None
    for all others, and if a build argument decides which image it is. Windows images have system variables that are not
    part of the image configuration.
    """
    root = stage.root
    if _is_chosen_by_argument(root):
        return None
    if root.image == "scratch":
        return False
    ref = root.base_ref
    if ref is None or not ref.name or root.is_windows:
        return None
    recorded = CATALOG.columns_by_tag(ref.name)
    if not recorded:
        return None
    start = name + "="
    return name in _OLDER_RELEASES.get(ref.name, "").split() or any(
        pair.startswith(start) for columns in recorded.values() for pair in columns[ENV_COLUMN:]
    )


def _is_chosen_by_argument(root: Stage) -> bool:
    """Whether a variable is in the name of the base image, other than its registry and tag: builds may use others."""
    written = root.from_.base.text if root.from_.base is not None else ""
    plain = re.sub(r"\$\{[^{}]*\}", "$", written)
    return "$" in plain.rpartition("/")[2].partition(":")[0]


def is_usual_variable(name: str) -> bool:
    """Whether official images set the variable `name`, so that an image built from one of them has it too."""
    return name in _OTHER_IMAGES or f"\t{name}=" in CATALOG.read()
