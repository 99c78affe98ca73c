"""For those who change the code: errors with tracebacks, static files from the tree."""

from gongfang.config.settings.local import *  # noqa: F403

DEBUG = True
