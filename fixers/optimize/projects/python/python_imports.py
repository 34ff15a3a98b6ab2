"""Which distributions provide what a Python application imports."""

from __future__ import annotations

import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from .....model.context import Context
    from .....model.python_app import PythonApp

NON_RUNTIME_FILES = re.compile(
    r"(^|/)(tests?|testing|spec|docs?|examples?)/|(^|/)(test_[^/]*|[^/]*_test|conftest|noxfile|setup)\.py$"
)
"""Python files that the program does not load at run time."""
_MODULES = {
    name: modules.split()
    for name, modules in {
        "apache-airflow": "airflow",
        "apscheduler": "apscheduler",
        "argon2-cffi": "argon2",
        "attrs": "attr attrs",
        "beautifulsoup4": "bs4",
        "confluent-kafka": "confluent_kafka",
        "discord-py": "discord",
        "django": "django",
        "django-allauth": "allauth",
        "django-cors-headers": "corsheaders",
        "django-debug-toolbar": "debug_toolbar",
        "django-environ": "environ",
        "django-filter": "django_filters",
        "django-guardian": "guardian",
        "django-redis": "django_redis",
        "django-rest-swagger": "rest_framework_swagger",
        "django-silk": "silk",
        "django-storages": "storages",
        "djangorestframework": "rest_framework",
        "djangorestframework-simplejwt": "rest_framework_simplejwt",
        "drf-spectacular": "drf_spectacular",
        "drf-yasg": "drf_yasg",
        "email-validator": "email_validator",
        "factory-boy": "factory",
        "faker": "faker",
        "flask": "flask",
        "flask-cors": "flask_cors",
        "flask-sqlalchemy": "flask_sqlalchemy",
        "gitpython": "git",
        "google-api-python-client": "googleapiclient apiclient",
        "grpcio": "grpc",
        "ipython": "IPython",
        "jinja2": "jinja2",
        "kafka-python": "kafka",
        "markdown": "markdown",
        "markupsafe": "markupsafe",
        "msgpack-python": "msgpack",
        "mysql-connector-python": "mysql",
        "mysqlclient": "MySQLdb _mysql",
        "opencv-contrib-python": "cv2",
        "opencv-contrib-python-headless": "cv2",
        "opencv-python": "cv2",
        "opencv-python-headless": "cv2",
        "pillow": "PIL",
        "prometheus-client": "prometheus_client",
        "protobuf": "google",
        "psycopg": "psycopg",
        "psycopg-binary": "psycopg psycopg_binary",
        "psycopg2-binary": "psycopg2",
        "pycryptodome": "Crypto",
        "pycryptodomex": "Cryptodome",
        "pydantic-settings": "pydantic_settings",
        "pyjwt": "jwt",
        "pymupdf": "fitz pymupdf",
        "pymysql": "pymysql",
        "pyopenssl": "OpenSSL",
        "pyserial": "serial",
        "pytelegrambotapi": "telebot",
        "pytest": "pytest _pytest py",
        "pytest-django": "pytest_django",
        "python-dateutil": "dateutil",
        "python-decouple": "decouple",
        "python-docx": "docx",
        "python-dotenv": "dotenv",
        "python-jose": "jose",
        "python-json-logger": "pythonjsonlogger",
        "python-ldap": "ldap ldif",
        "python-magic": "magic",
        "python-multipart": "multipart python_multipart",
        "python-slugify": "slugify",
        "python-socketio": "socketio",
        "python-telegram-bot": "telegram",
        "pyyaml": "yaml",
        "pyzmq": "zmq",
        "ruamel-yaml": "ruamel",
        "scikit-image": "skimage",
        "scikit-learn": "sklearn",
        "setuptools": "setuptools pkg_resources",
        "sentry-sdk": "sentry_sdk",
        "slack-sdk": "slack_sdk slack",
        "sqlalchemy": "sqlalchemy",
        "typing-extensions": "typing_extensions",
        "tqdm": "tqdm",
        "werkzeug": "werkzeug",
    }.items()
}
"""Modules of distributions with another name. Source: `top_level.txt` of their wheels."""
_SHARED = ("azure", "google", "opentelemetry", "zope", "jaraco")
"""Namespace packages that many distributions share: the first part of their names."""

TOOL_MODULES = {
    "pip": "pip",
    "uv": "uv",
    "pipenv": """pipenv certifi packaging setuptools pkg_resources virtualenv virtualenv_clone clonevirtualenv distlib
    filelock platformdirs""",
    "poetry": """poetry anyio attr attrs backports build cachecontrol cachy certifi cffi charset_normalizer cleo clikit
    crashtest cryptography distlib dulwich fastjsonschema filelock findpython h11 html5lib httpcore httpx idna
    importlib_metadata installer jaraco jeepney jsonschema keyring lockfile more_itertools msgpack packaging pastel
    pbs_installer pexpect pkginfo platformdirs ptyprocess pycparser pylev pyproject_hooks pyrsistent rapidfuzz requests
    requests_toolbelt secretstorage shellingham six socks tomli tomlkit trove_classifiers typing_extensions urllib3
    virtualenv webencodings zipp zstandard""",
}
"""Modules that come with each tool. Source: the dependencies of Poetry 1.0 to 2.2, Pipenv 2018 to 2026."""


def distribution_modules(name: str) -> list[str]:
    """The modules of a distribution, given its normalized name."""
    return _MODULES.get(name) or [name.replace("-", "_")]


def missing_imports(app: PythonApp, context: Context, names: Collection[str]) -> set[str]:
    """The modules that the application imports, but that are not in Python, its own files or the distributions `names`.

    A module is among them when its distribution has another name and the pair is not known here.
    """
    theirs = {module.lower() for name in names for module in distribution_modules(name)}
    shared = {first for name in names for first in (name.partition("-")[0],) if first in _SHARED}
    own: set[str] = set()
    for path in context.files():
        if path.endswith(".py"):
            own |= set(path.removesuffix(".py").split("/"))
    return {
        name
        for name in app.imports
        if name and name not in sys.stdlib_module_names and name not in own and name.lower() not in theirs | shared
    }
