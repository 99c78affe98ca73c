"""Expected refusals, in one shape from the rules up to the screens.

A rule returns `list[Problem]`; a service collects them and raises one `DomainError`. Assertions are for our own bugs.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from gongfang.kernel.previews import Preview


def N_(text: str) -> str:
    """Mark a text for translation where the translation itself happens later."""
    return text


class Kind(StrEnum):
    """What went wrong, as the edge (web, API, command line) must answer it."""

    INVALID = "invalid"  # 422: the request breaks a rule
    CONFLICT = "conflict"  # 409: somebody or something was faster
    CONFIRM = "confirm"  # 409: allowed when sent again with the confirm codes
    FORBIDDEN = "forbidden"  # 403
    MISSING = "missing"  # 404


class Problem:
    """One reason for a refusal: a code for programs, an English template for people, the figures in `data`.

    template: a msgid with `{name}` places, rendered (and translated) by `ui.sentences`.
    where: the field or line it belongs to, such as `lines.3.quantity`; empty for the whole document.
    """

    __slots__ = ("code", "data", "template", "where")

    def __init__(self, code: str, template: str, /, where: str = "", **data: object) -> None:
        self.code = code
        self.template = template
        self.where = where
        self.data: Mapping[str, object] = data

    def __str__(self) -> str:
        return self.template.format(**self.data)

    def __repr__(self) -> str:
        return f"Problem({self.code!r}, {str(self)!r}, where={self.where!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problem) and (self.code, self.where, self.data) == (
            other.code,
            other.where,
            other.data,
        )

    def __hash__(self) -> int:
        return hash((self.code, self.where))


class DomainError(Exception):
    """A refusal that people can act upon. Nothing was changed when it is raised out of a verb.

    preview: everything that a question is about; its verb keeps it, and `preview_id` is where it is read (`platform.previews`).
    """

    def __init__(
        self, problems: Problem | Iterable[Problem], kind: Kind = Kind.INVALID, preview: Preview | None = None
    ) -> None:
        self.problems: list[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        assert self.problems, "a refusal without a reason is a programming error"
        self.kind = kind
        self.preview = preview
        self.preview_id = ""
        super().__init__("; ".join(str(problem) for problem in self.problems))

    @property
    def code(self) -> str:
        """The first problem's code: the one a program looks at."""
        return self.problems[0].code

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]


def refuse_if(problems: Iterable[Problem], kind: Kind = Kind.INVALID) -> None:
    """Raise one DomainError with all problems, when there is any."""
    found = list(problems)
    if found:
        raise DomainError(found, kind)
