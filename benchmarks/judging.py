"""How a figure is held against its limit, in every benchmark with `--limits`."""


def judge(text: str, good: bool) -> bool:
    """Print PASS or FAIL with what was measured; whether it is good."""
    print(f"{'PASS' if good else 'FAIL'}: {text}", flush=True)
    return good


def within(what: str, seconds: float, limit: float) -> bool:
    """Judge a time against its limit, both in the unit that suits the limit."""
    factor, unit = (1000, "ms") if limit < 1 else (1, "s")
    return judge(f"{what}: {seconds * factor:.3g} {unit}, limit {limit * factor:.3g} {unit}", seconds < limit)
