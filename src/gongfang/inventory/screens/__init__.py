"""The keeper's documents, counts, rules and pages on the screen."""

from gongfang.inventory.screens import alerts, counts, custody, documents, rules, stations

SCREENS = [*documents.SCREENS, *custody.SCREENS, *counts.SCREENS, *rules.SCREENS, *alerts.SCREENS, *stations.SCREENS]
ALERTS = [*counts.ALERTS, *alerts.ALERTS]
TILES = [*counts.TILES]
EXTRA_TABS = [*stations.EXTRA_TABS]
