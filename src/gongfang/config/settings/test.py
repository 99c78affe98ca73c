"""For the tests: memory and speed; PostgreSQL where GONGFANG_TEST_DATABASE_URL names one."""

import tempfile
from pathlib import Path

import environ

from gongfang.config.settings.base import *  # noqa: F403
from gongfang.config.settings.base import SQLITE_OPTIONS, env

SECRET_KEY = "tests-only-not-a-secret"
DATA_DIR = Path(tempfile.mkdtemp(prefix="gongfang-test-"))
MEDIA_ROOT = DATA_DIR / "files"
STATIC_ROOT = DATA_DIR / "static"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
AXES_ENABLED = True
# Each test client would look at every static file; a real server does so in tests/browser.
WHITENOISE_USE_FINDERS = False

if test_url := env.str("GONGFANG_TEST_DATABASE_URL", default=""):
    DATABASES = {"default": dict(environ.Env.db_url_config(test_url))}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ":memory:",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": SQLITE_OPTIONS["timeout"],
                "init_command": "PRAGMA page_size=1024",  # hundreds of nearly empty tables: a third of the memory to copy and compare
            },
        }
    }
