"""What reports say about how long work really takes, for the forecast of finishes (`engines.promising.delay`)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

LEAST_REPORTS = 5
RATIO_LOW, RATIO_HIGH = Decimal("0.3"), Decimal(4)


def ratios_of(pairs: Sequence[tuple[Decimal, Decimal]]) -> tuple[Decimal, ...]:
    """Actual minutes per standard minute of each report, without what is plainly a slip of the pen. pairs: (standard, actual)."""
    return tuple(min(max(spent / plan, RATIO_LOW), RATIO_HIGH) for plan, spent in pairs if plan > 0 and spent > 0)


def durations(minutes: Decimal, own: Sequence[Decimal], all_together: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """How long so many standard minutes may take: by the centre's own reports, by all where it has too few; none are known: empty."""
    ratios = own if len(own) >= LEAST_REPORTS else all_together if len(all_together) >= LEAST_REPORTS else ()
    return tuple(minutes * ratio for ratio in ratios)


def pooled(ratios: Mapping[int, Sequence[Decimal]]) -> tuple[Decimal, ...]:
    """The reports of all centres, in the order of the centres."""
    return tuple(one for centre in sorted(ratios) for one in ratios[centre])
