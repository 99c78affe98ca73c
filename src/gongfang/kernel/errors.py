"""Expected refusals, in one shape from the rules up to the screens.

A rule returns `list[Problem]`; a service collects them and raises one `DomainError`. Assertions are for our own bugs.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from gongfang.kernel.previews import Preview


def N_(text: str) -> str:
    """Mark a text for translation where the translation itself happens later."""
    return text


class Counted(str):
    """A template with one form for exactly one and another for every other number, which `data[by]` says."""

    __slots__ = ("by", "many")
    many: str
    by: str

    def __new__(cls, one: str, many: str, by: str) -> "Counted":
        made = super().__new__(cls, one)
        made.many, made.by = many, by
        return made

    def number(self, data: Mapping[str, object]) -> int:
        """1 or 2: which form the figures ask for."""
        return 1 if data.get(self.by) in (1, "1") else 2


def counted(one: str, many: str, by: str = "count") -> Counted:
    """Mark a template that counts for translation, in both its forms, as `N_` does with others."""
    return Counted(one, many, by)


def in_english(template: str, data: Mapping[str, object]) -> str:
    """A template of a problem or an effect with its figures, untranslated."""
    chosen = template.many if isinstance(template, Counted) and template.number(data) > 1 else template
    return chosen.format(**data)


class Kind(StrEnum):
    """What went wrong, as the edge (web, API, command line) must answer it."""

    INVALID = "invalid"  # 422: the request breaks a rule
    CONFLICT = "conflict"  # 409: somebody or something was faster
    CONFIRM = "confirm"  # 409: allowed when sent again with the confirm codes
    FORBIDDEN = "forbidden"  # 403
    MISSING = "missing"  # 404


class Problem:
    """One reason for a refusal: a code for programs, an English template for people, the figures in `data`.

    template: a msgid with `{name}` places, rendered (and translated) by `ui.sentences`; `counted(…)` where one is said otherwise than two.
    where: the field or line it belongs to, such as `lines.3.quantity`; empty for the whole document.
    """

    __slots__ = ("code", "data", "template", "where")

    def __init__(self, code: str, template: str, /, where: str = "", **data: object) -> None:
        self.code = code
        self.template = template
        self.where = where
        self.data: Mapping[str, object] = data

    def __str__(self) -> str:
        return in_english(self.template, self.data)

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
