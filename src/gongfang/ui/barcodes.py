"""Code 128 (ISO/IEC 15417) as bars: digits in pairs where that is shorter, else the printable ASCII set."""

QUIET = 10
STOP = 106
START_B, START_C, TO_B, TO_C = 104, 105, 100, 99
# Widths of bar, space, bar, space, bar, space of the symbols 0 to 105 and of the stop, as the standard's table gives them.
WIDTHS = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
    "2331112",
]


def can_encode(text: str) -> bool:
    """Whether a text is printable ASCII, which is all that a plain Code 128 holds."""
    return bool(text) and all(32 <= ord(sign) <= 126 for sign in text)


def symbols(text: str) -> list[int]:
    """Symbol values with start, check and stop. Raises ValueError for a text that cannot be encoded."""
    if not can_encode(text):
        raise ValueError("Code 128 holds printable ASCII only")
    found: list[int] = []
    in_pairs = False
    place = 0
    while place < len(text):
        run = _digits(text, place)
        pairs = run >= 4 or (run >= 2 and run == len(text))
        if pairs and not in_pairs and run % 2:
            found += _switch(found, in_pairs=False, wanted=False)
            found.append(ord(text[place]) - 32)
            place += 1
            continue
        if pairs or (in_pairs and run >= 2):
            found += _switch(found, in_pairs=in_pairs, wanted=True)
            in_pairs = True
            found.append(int(text[place : place + 2]))
            place += 2
            continue
        found += _switch(found, in_pairs=in_pairs, wanted=False)
        in_pairs = False
        found.append(ord(text[place]) - 32)
        place += 1
    check = (found[0] + sum(n * value for n, value in enumerate(found[1:], start=1))) % 103
    return [*found, check, STOP]


def _digits(text: str, place: int) -> int:
    run = place
    while run < len(text) and text[run].isdigit():
        run += 1
    return run - place


def _switch(found: list[int], *, in_pairs: bool, wanted: bool) -> list[int]:
    """The start symbol, or the change of set, or nothing."""
    if not found:
        return [START_C if wanted else START_B]
    if in_pairs == wanted:
        return []
    return [TO_C if wanted else TO_B]


def code128_svg(text: str, *, height: int = 40) -> str:
    """The bars as inline SVG, one unit a module, with the quiet zones; stretch it as you like, it has no text."""
    bars, x = [], QUIET
    for symbol in symbols(text):
        for n, width in enumerate(map(int, WIDTHS[symbol])):
            if n % 2 == 0:
                bars.append(f"M{x} 0h{width}v{height}h-{width}z")
            x += width
    total = x + QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" width="{total}" height="{height}"'
        f' preserveAspectRatio="none" shape-rendering="crispEdges"><path fill="#000" d="{"".join(bars)}"/></svg>'
    )
