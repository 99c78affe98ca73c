"""For a server that others reach. Refuses to start half configured."""

from django.core.exceptions import ImproperlyConfigured

from gongfang.config.settings.base import *  # noqa: F403
from gongfang.config.settings.base import ALLOWED_HOSTS, DATABASES, SECRET_KEY, env

if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured("Set GONGFANG_SECRET_KEY to a random text of at least 40 characters.")
if "sqlite" in str(DATABASES["default"]["ENGINE"]) and not env.bool("GONGFANG_ALLOW_SQLITE", default=False):
    raise ImproperlyConfigured(
        "Set GONGFANG_DATABASE_URL to a PostgreSQL database (or GONGFANG_ALLOW_SQLITE=1 for one PC)."
    )
if not env.list("GONGFANG_HOSTS", default=[]):
    raise ImproperlyConfigured("Set GONGFANG_HOSTS to the host names that this server answers to.")
ALLOWED_HOSTS = [*ALLOWED_HOSTS]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("GONGFANG_HTTPS", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
