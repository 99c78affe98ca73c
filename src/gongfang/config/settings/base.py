"""Settings that hold everywhere. What differs between machines comes from the environment, prefixed GONGFANG_."""

from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

env = environ.Env()
PACKAGE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env.str("GONGFANG_DATA", default=str(Path.cwd() / "data"))).resolve()

SECRET_KEY = env.str("GONGFANG_SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS = env.list("GONGFANG_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])

DOMAINS = [
    "masterdata", "ledger", "inventory", "people", "quality", "maintenance", "production", "purchasing", "sales", "planning",
    "costing", "finance", "risk", "improvement", "analytics", "web",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "gongfang.ui",
    "gongfang.platform",
    *(f"gongfang.{domain}" for domain in DOMAINS if (PACKAGE_DIR / domain / "apps.py").exists()),
    "gongfang.config",
]

MIDDLEWARE = [
    "gongfang.web.middleware.ServerTiming",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gongfang.web.middleware.ContentPolicy",
    "gongfang.web.middleware.LogInNeeded",
    "gongfang.web.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "gongfang.config.urls"
WSGI_APPLICATION = "gongfang.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gongfang.web.context.shell",
            ],
        },
    }
]


def database() -> dict[str, object]:
    """SQLite in the data folder, or what GONGFANG_DATABASE_URL says."""
    url = env.str("GONGFANG_DATABASE_URL", default="")
    if url:
        config: dict[str, object] = dict(environ.Env.db_url_config(url))
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
        return config
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "gongfang.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": SQLITE_OPTIONS,
    }


# IMMEDIATE takes the write lock when the transaction begins, so no transaction fails on its way from reading to writing.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY;",
}
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "platform.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
CSRF_FAILURE_VIEW = "gongfang.web.errors.csrf_failure"
APPEND_SLASH = False  # web.errors.not_found leads from either form of an address to the right one
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "gongfang_language"
LOCALE_PATHS = sorted(str(path) for path in PACKAGE_DIR.glob("*/locale"))
USE_I18N = True
TIME_ZONE = env.str("GONGFANG_TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True
USE_THOUSAND_SEPARATOR = False  # the kit formats figures itself, the same way everywhere

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60_000  # an entry grid of some thousand lines

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if redis_url := env.str("GONGFANG_REDIS_URL", default=""):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("GONGFANG_LOG_LEVEL", default="WARNING")},
}
