"""Statistical process control: control charts with their limits, run rules, capability. Exact decimals in and out.

Source of method and constants: GB/T 17989.2-2020 / ISO 7870-2 (Shewhart charts), ASTM MNL 7 table of constants; the run rules
are those of the Western Electric handbook (1956) and of L. S. Nelson, Journal of Quality Technology 16 (1984).
"""

from gongfang.engines.spc.capability import Capability, capability
from gongfang.engines.spc.charts import (
    ATTRIBUTE_CHARTS,
    VARIABLE_CHARTS,
    Chart,
    Track,
    attribute_chart,
    individuals_chart,
    ranges_chart,
    subgroup_chart,
)
from gongfang.engines.spc.constants import CONSTANTS, Constants
from gongfang.engines.spc.runrules import NELSON, WESTERN_ELECTRIC, Signal, signals

__all__ = [
    "ATTRIBUTE_CHARTS", "CONSTANTS", "NELSON", "VARIABLE_CHARTS", "WESTERN_ELECTRIC", "Capability", "Chart", "Constants", "Signal",
    "Track", "attribute_chart", "capability", "individuals_chart", "ranges_chart", "signals", "subgroup_chart",
]  # fmt: skip
