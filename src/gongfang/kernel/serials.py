"""Serial numbers as people write them."""

import re

SERIALS_MAX = 5000
RANGE = re.compile(r"^(.*?)(\d+)\s*[-~～—]\s*(.*?)(\d+)$")


def serial_codes(text: str) -> list[str]:
    """Serial numbers out of "SN001-SN003, SN010": ranges are spelled out, order kept. Raises ValueError for a bad range."""
    codes: list[str] = []
    for part in re.split(r"[,，;；\s]+(?![-~～—])", text.strip()):
        if not part:
            continue
        match = RANGE.match(part)
        if match and match[1] == match[3] and len(match[2]) == len(match[4]):
            first, last = int(match[2]), int(match[4])
            if last < first or last - first >= SERIALS_MAX:
                raise ValueError(part)
            codes.extend(f"{match[1]}{number:0{len(match[2])}d}" for number in range(first, last + 1))
        else:
            codes.append(part)
    if len(codes) > SERIALS_MAX:
        raise ValueError(text[:40])
    return codes
