"""Where everything is mounted."""

from importlib.util import find_spec

from django.urls import include, path

from gongfang.config.health import healthz

urlpatterns = [
    path("healthz", healthz),
    *(
        [path("api/", include("gongfang.api.urls"))]
        if find_spec("gongfang.api") and find_spec("gongfang.api.urls")
        else []
    ),
    *([path("", include("gongfang.web.urls"))] if find_spec("gongfang.web") and find_spec("gongfang.web.urls") else []),
]

handler403 = "gongfang.web.errors.forbidden"
handler404 = "gongfang.web.errors.not_found"
handler500 = "gongfang.web.errors.server_error"
