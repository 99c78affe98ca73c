"""What the terminal's script says, in the person's language."""

from django.utils.translation import gettext as _


def texts() -> dict[str, str]:
    """Key → text; the script reads it from the page."""
    return {
        "badge": _("Badge or user name"), "pin": _("PIN"), "enter": _("Log in"), "jobs": _("My work"), "today": _("My pieces today"),
        "search": _("Scan the order or type"), "none": _("Nothing is waiting here."), "good": _("Good"),
        "scrap_material": _("Material's fault"), "scrap_worker": _("My fault"), "rework": _("Rework"), "minutes": _("Minutes"),
        "report": _("Report"), "begin": _("Start"), "back": _("Back"), "help": _("Call for help"), "help_material": _("Material"),
        "help_quality": _("Quality"), "help_machine": _("Machine"), "help_help": _("Supervisor"), "out": _("Log out"),
        "ready": _("can be reported"), "of": _("of"), "sent": _("The report is made"), "called": _("Help is called"), "waits": _("waiting to be sent"),
        "kept": _("No network: kept here and sent once it is back."), "offline": _("No network"), "due": _("Due"), "late": _("late"),
        "mine": _("Mine"), "drawing": _("Drawing"), "instruction": _("Instruction"), "refused": _("Refused"), "again": _("Tried again by itself"), "drop": _("Remove"),
        "retry": _("Send again"), "order": _("Work order"), "operation": _("Operation"), "pay": _("Piece pay"), "total": _("Total"),
        "clear": _("Clear"), "failed": _("The server cannot be reached."), "begun": _("Work has begun"), "zero": _("Enter a quantity first."),
        "cause": _("Cause"), "undo": _("Undo the last report"), "undone": _("Undone"), "sure": _("Touch again to undo"),
        "first": _("First piece"), "first_call": _("Call the inspector: first piece"), "first_again": _("Call the inspector again: first piece"),
        "first_needed": _("First piece must be inspected"), "first_waiting": _("First piece: waiting for the inspector"),
        "first_passed": _("First piece passed: go on"), "first_failed": _("First piece did not pass: make another and call again"),
        "first_called": _("The inspector is called"), "first_offline": _("No network: the inspector cannot be called from here. Fetch them, or touch again once it is back."),
        "many": _("Several orders"), "many_scan": _("Scan order after order (order/operation for a certain one)"), "many_send": _("Report all"),
        "many_twice": _("Already in the list"), "many_unknown": _("Nothing to report under this code. Check the order and its release:"),
        "many_none": _("Scan the first order."), "many_full": _("100 lines are the most. Report these first."),
        "many_short": _("Nothing has arrived yet"), "more": _("Bad pieces, cause, machine"),
        "stop": _("Stop the clock"), "go_on": _("Go on"), "stopped": _("Your clock is stopped"), "my_time": _("My time"), "since": _("since"), "min": _("min"),
        "runs": _("Your clock runs"), "acknowledge": _("Acknowledge"), "acknowledged": _("Acknowledged"), "new": _("New for you"),
        "who": _("Who"), "only_me": _("Only me"), "who_title": _("Who, with shares"), "share": _("Shares"), "find_person": _("Name or number"),
        "machine": _("Machine"), "no_machine": _("None named"), "find_machine": _("Scan or type the machine"), "take": _("OK"),
        "no_file": _("No network: pictures and papers cannot be fetched."), "close": _("Close"),
        "centres": _("Work centres"), "all_centres": _("All work centres"), "centres_title": _("Whose work does this terminal show?"), "anyway": _("Go on all the same"), "for_now": _("Count it for now"), "entered": _("Entered"),
    }  # fmt: skip
