"""Compile the planning engine once, before somebody waits for it: `python -m gongfang.cli.warm`.

The machine code is kept on disk (numba's cache), so this costs a minute of one core on a new machine and a second later on.
"""

from datetime import date

from gongfang.engines.mrp import BUY, MAKE, ONE, BillOfMaterials, Demands, Items, Problem, solve


def main() -> None:
    """Plan two items; the engine compiles as a whole."""
    today = date(2026, 1, 5).toordinal()
    solve(
        Problem(
            today=today,
            horizon_days=60,
            items=Items.of(["A", "B"], lead_time=[2, 3], procurement=[MAKE, BUY], on_hand=[10 * ONE, 0]),
            bom=BillOfMaterials.of(parent=[0], component=[1], quantity=[2 * ONE]),
            demands=Demands.of(["D"], item=[0], quantity=[25 * ONE], due=[today + 28]),
        )
    )


if __name__ == "__main__":
    main()
