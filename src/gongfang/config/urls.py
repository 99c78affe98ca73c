"""Where everything is mounted."""

from importlib.util import find_spec

from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern

from gongfang.config.health import healthz

urlpatterns = [
    path("healthz", healthz),
    *(  # a resolver by name is loaded when first asked: the API's hundreds of schemas take seconds, /healthz does not wait
        [URLResolver(RoutePattern("api/", is_endpoint=False), "gongfang.api.urls")]
        if find_spec("gongfang.api") and find_spec("gongfang.api.urls")
        else []
    ),
    *([path("", include("gongfang.web.urls"))] if find_spec("gongfang.web") and find_spec("gongfang.web.urls") else []),
]

handler403 = "gongfang.web.errors.forbidden"
handler404 = "gongfang.web.errors.not_found"
handler500 = "gongfang.web.errors.server_error"
