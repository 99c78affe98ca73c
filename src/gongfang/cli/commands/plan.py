"""Run the material requirements plan now, and say what it proposes. The result is what the planning pages show."""

import argparse

from gongfang.cli.boot import acting, add_actor_argument, boot
from gongfang.cli.numbers import whole
from gongfang.cli.speech import gettext as _
from gongfang.cli.speech import ngettext, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--horizon", type=whole(1, 1000), default=120, metavar="DAYS", help="days to look ahead (default 120)"
    )
    add_actor_argument(parser)


def run(args: argparse.Namespace) -> int:
    boot()
    from gongfang.planning.services import plan_now
    from gongfang.platform.verbs import authorize

    actor = acting(args)
    authorize(actor, "planning.run_mrp")
    done = plan_now(actor=actor, horizon_days=args.horizon)
    say(
        _("Planned in {seconds} s: items {items}, suggestions {orders}, exceptions {exceptions}.").format(
            items=done.item_count,
            orders=done.order_count,
            exceptions=done.exception_count,
            seconds=f"{sum(done.timings.values()):.1f}",
        )
    )
    if done.fault_count:
        say(
            ngettext(
                "{count} data fault is listed on the planning page.",
                "{count} data faults are listed on the planning page.",
                done.fault_count,
            ).format(count=done.fault_count)
        )
    return 0
