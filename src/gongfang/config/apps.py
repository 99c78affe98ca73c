from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings


class WiringConfig(AppConfig):
    """Last of the applications: loads every package's verbs, then connects the wires."""

    name = "gongfang.config"
    label = "wiring"

    def ready(self) -> None:
        for domain in settings.DOMAINS:
            if find_spec(f"gongfang.{domain}") and find_spec(f"gongfang.{domain}.services"):
                import_module(f"gongfang.{domain}.services")
        from gongfang.config import wiring

        wiring.connect()
