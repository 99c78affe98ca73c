"""What a server answers whose database is not at the version of the program: one sentence that says what to do, to everybody."""

from collections.abc import Callable, Iterable
from typing import Any

from gongfang.cli.speech import complain
from gongfang.cli.speech import gettext as _

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def unless_behind(application: Application, steps: int) -> Application:
    """The application, or one that answers 503 to every request while steps migrations are still to apply."""
    if not steps:
        return application
    sentence = _(
        "The database is not at this version: migrations to apply: {count}. Stop the server, run `gongfang backup` and"
        " `gongfang migrate`, and start it again."
    ).format(count=steps)
    complain(sentence)
    body = sentence.encode()

    def refuse(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Retry-After", "60"),
        ]
        start_response("503 Service Unavailable", headers)
        return [body]

    return refuse
