from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class WiringConfig(AppConfig):
    """Last of the applications: loads every package's verbs, then connects the wires."""

    name = "gongfang.config"
    label = "wiring"

    def ready(self) -> None:
        for app in apps.get_app_configs():
            if app.name.startswith("gongfang.") and find_spec(f"{app.name}.services"):
                import_module(f"{app.name}.services")
        from gongfang.config import wiring

        wiring.connect()
