"""What each process of `gongfang serve` loads: the application, and a watch that ends it with the server that started it."""

import os
import threading
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from gongfang.cli.behind import unless_behind
from gongfang.cli.commands.migrate import pending
from gongfang.cli.commands.worker import end_with
from gongfang.kernel.depth import with_room


def load_pages() -> None:
    """Load the pages, then what is below resolvers that load late."""
    root = get_resolver()
    root.reverse_dict  # noqa: B018
    for part in root.url_patterns:
        getattr(part, "url_patterns", None)


end_with(os.getppid())
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise wants it there
pages = get_wsgi_application()
application = partial(with_room, unless_behind(pages, pending()))
# All pages and the API load while the first visitor is still on the way; whoever is faster waits for the rest.
threading.Thread(target=load_pages, daemon=True, name="load-pages").start()
