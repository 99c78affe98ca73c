"""Problems as sentences in the person's language, and where on the form they belong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from gongfang.kernel.errors import Counted, DomainError, Problem
from gongfang.kernel.states import ACTION_LABELS, STATE_LABELS
from gongfang.ui.present import date_text, plain


def _word(value: Any) -> str:
    """One figure or word of a sentence, as people read it. Texts that are msgids themselves are translated."""
    if isinstance(value, Decimal):
        # Money has two decimals in the database, quantities six: the former keep them, the latter lose their zeros.
        return f"{value:,.2f}" if value.as_tuple().exponent == -2 else plain(value)
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, list | tuple | set | frozenset):
        return " / ".join(_word(inner) for inner in value)
    if isinstance(value, str) and value:
        return gettext(STATE_LABELS.get(value, value))
    return str(value)


def _form(template: str, data: Mapping[str, Any]) -> str:
    if isinstance(template, Counted):
        return ngettext(template, template.many, template.number(data))
    return gettext(template)


def sentence(problem: Any) -> str:
    """A problem (or an effect: anything with a template and data) as a translated sentence."""
    if not hasattr(problem, "template") and not hasattr(problem, "text"):
        return str(problem)
    template = problem.template if hasattr(problem, "template") else problem.text
    data: Mapping[str, Any] = problem.data
    try:
        words = {
            name: _word(ACTION_LABELS.get(value, value) if name == "action" else value) for name, value in data.items()
        }
        return _form(template, data).format(**words) if template else ""
    except (KeyError, IndexError, ValueError):
        return template


def sentences(problems: Iterable[Any]) -> list[str]:
    """Each sentence once, in order."""
    return list(dict.fromkeys(sentence(problem) for problem in problems))


@dataclass
class Placed:
    """Problems sorted to where a person mends them: by header field, by grid cell (relation, row, field), or the whole document."""

    fields: dict[str, str] = field(default_factory=dict)
    cells: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fields or self.cells or self.general)


def placed(problems: Sequence[Problem], fields: Iterable[str], grids: Mapping[str, Iterable[str]]) -> Placed:
    """Sort problems by their `where`. grids: relation → names of its fields, or name → title. What belongs to no shown field is told for the whole document."""
    known = set(fields)
    columns = {relation: set(names) for relation, names in grids.items()}
    titles = {relation: dict(names) if isinstance(names, Mapping) else {} for relation, names in grids.items()}
    result = Placed()
    for problem in problems:
        text = sentence(problem)
        parts = problem.where.split(".") if problem.where else []
        name = _known(parts[0], known) if len(parts) == 1 else None
        if name:
            result.fields.setdefault(name, text)
        elif len(parts) >= 2 and parts[0] in columns and parts[1].isdigit():
            cell = _known(parts[2], columns[parts[0]]) if len(parts) > 2 else ""
            result.cells.setdefault(parts[0], []).append({"row": int(parts[1]), "name": cell or "", "text": text})
            named = "line" in problem.data  # the sentence says already which line
            if title := titles[parts[0]].get(cell, ""):
                text = gettext("{field}: {text}").format(field=title, text=text)
            result.general.append(
                text if named else gettext("Line {line}: {text}").format(line=int(parts[1]) + 1, text=text)
            )
        else:
            result.general.append(text)
    result.general = list(dict.fromkeys(result.general))
    return result


def _known(name: str, names: set[str]) -> str | None:
    """A field under its name or with or without `_id`."""
    for variant in (name, name.removesuffix("_id"), f"{name}_id"):
        if variant in names:
            return variant
    return None


def error_payload(error: DomainError) -> dict[str, Any]:
    """A refusal as data, for scripts and API answers."""
    return {
        "code": error.code,
        "kind": str(error.kind),
        "preview": error.preview_id,
        "problems": [
            {"code": problem.code, "where": problem.where, "message": sentence(problem)} for problem in error.problems
        ],
    }
