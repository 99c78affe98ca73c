"""`gongfang solve policy`: read a problem file, print the proposals."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TextIO

from gongfang.engines.formats import FormatError
from gongfang.engines.stockpolicy.proposing import Proposal, cash_effect, propose
from gongfang.engines.stockpolicy.reading import read_problem

FORMAT = "gongfang/policy-result/1"


def main_solve_policy(path: str, out: TextIO) -> int:
    """Print the result to `out` and give the exit status: 0 a result, 2 a faulty file (faults on stderr, nothing out)."""
    try:
        problem = read_problem(path)
    except FormatError as error:
        print(error, file=sys.stderr)
        return 2
    out.write(render(propose(problem)))
    return 0


def render(proposals: Sequence[Proposal]) -> str:
    """The result as JSON text, one item a line, in the order of the problem."""
    rows = [json.dumps(asdict(proposal), ensure_ascii=False) for proposal in proposals]
    body = "\n  " + ",\n  ".join(rows) + "\n " if rows else ""
    return f'{{\n "format": "{FORMAT}",\n "cash": {cash_effect(proposals)},\n "items": [{body}]\n}}\n'
