"""The keeper's documents, counts, rules and pages on the screen."""

from gongfang.inventory.screens import counts, documents, rules

SCREENS = [*documents.SCREENS, *counts.SCREENS, *rules.SCREENS]
ALERTS = [*counts.ALERTS]
TILES = [*counts.TILES]
