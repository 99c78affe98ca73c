"""Products and quotients beyond 64 bits against Python's own integers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gongfang.engines.mrp.exact import LIMIT, OVERFLOW, ratio_down, ratio_up

big = st.integers(0, 10**18) | st.integers(0, 10**6)


@settings(deadline=None)  # the first call compiles
@given(big, st.integers(1, 10**18), st.just(1) | st.integers(1, 10**15), st.integers(1, 10**18) | st.just(10**18))
def test_ratios_are_exact_or_refused(value, b, c, d):
    down, up = value * b * c // d, -(-value * b * c // d)
    if up <= LIMIT:
        assert (ratio_down(value, b, c, d), ratio_up(value, b, c, d)) == (down, up)
    elif down > 2 * LIMIT:
        assert ratio_down(value, b, c, d) == ratio_up(value, b, c, d) == OVERFLOW
