"""Where everything is mounted."""

from importlib.util import find_spec

from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern

from gongfang.config.health import healthz


class Late(URLResolver):
    """A part with names of its own, loaded when an address or a name of it is first asked for: the API's models take seconds."""

    def _populate(self) -> None:
        """Whoever looks for a page's name need not load it: nothing below is found without its namespace."""


urlpatterns = [
    path("healthz", healthz),
    *(
        [Late(RoutePattern("api/", is_endpoint=False), "gongfang.api.urls", app_name="ninja", namespace="api")]
        if find_spec("gongfang.api") and find_spec("gongfang.api.urls")
        else []
    ),
    *([path("", include("gongfang.web.urls"))] if find_spec("gongfang.web") and find_spec("gongfang.web.urls") else []),
]

handler403 = "gongfang.web.errors.forbidden"
handler404 = "gongfang.web.errors.not_found"
handler500 = "gongfang.web.errors.server_error"
