"""The WSGI application: pages and API."""

import os
from functools import partial

from django.core.wsgi import get_wsgi_application

from gongfang.kernel.depth import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongfang.config.settings.local")
application = partial(with_room, get_wsgi_application())
