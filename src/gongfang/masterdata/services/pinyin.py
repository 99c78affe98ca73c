"""Pinyin initials for the search box: `lsm` finds 螺丝母."""

LENGTH = 120


def initials(*texts: str) -> str:
    """First letters of every syllable and the Latin letters and digits as they are, lower case; phrase aware (重庆 is cq)."""
    from pypinyin import Style, lazy_pinyin  # its dictionary takes half a second to load: only who writes names pays

    letters = []
    for text in texts:
        for part in lazy_pinyin(text, style=Style.FIRST_LETTER, errors="default"):
            letters.append("".join(ch for ch in part.lower() if ch.isalnum()))
    return "".join(letters)[:LENGTH]
