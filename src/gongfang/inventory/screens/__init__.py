"""The keeper's documents, counts, rules and pages on the screen."""

from gongfang.inventory.screens import alerts, counts, documents, rules

SCREENS = [*documents.SCREENS, *counts.SCREENS, *rules.SCREENS, *alerts.SCREENS]
ALERTS = [*counts.ALERTS, *alerts.ALERTS]
TILES = [*counts.TILES]
