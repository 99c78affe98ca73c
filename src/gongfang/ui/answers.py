"""What the server answers beside the lines of an entry grid while they are entered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What stands beside one line. why: shown where the pointer rests. is_bad: shown in red."""

    text: str
    why: str = ""
    is_bad: bool = False


Values = Mapping[str, str]


@dataclass(frozen=True)
class LineAnswers:
    """A read-only column of an entry grid behind the field `after`; asked for all lines in one call a moment after one has changed.

    watched, header: the fields of a line and of the header that it hangs on; a change of others asks nothing.
    answer: (user, header, lines, id of the document that is being changed) -> an Answer per line, None where there is nothing to say.
    Texts as typed: what cannot be read counts as not given.
    """

    title: Any
    after: str
    watched: Sequence[str]
    header: Sequence[str]
    answer: Callable[[Any, Values, Sequence[Values], int | None], Sequence[Answer | None]]
    width: int = 170

    NAME = "answer:"  # no field is named so
