"""Published instances for measuring, apart from those that tests solve every day (`instances`).

la16-la20: Lawrence (1984), as in `instances`. mk02-mk10: Brandimarte (1993), Annals of Operations Research 41; their operations are drawn from few kinds,
so a job is a word of letters and a kind the customary pairs of machine (from 1) and minutes. Best known makespans: Mastrolilli & Gambardella (2000),
Journal of Scheduling 3, and later work (mk06 57, mk10 193).
"""

LAWRENCE = {
    "la16": (945, """
        1 21 6 71 9 16 8 52 7 26 2 34 0 53 4 21 3 55 5 95
        4 55 2 31 5 98 9 79 0 12 7 66 1 42 8 77 6 77 3 39
        3 34 2 64 8 62 1 19 4 92 9 79 7 43 6 54 0 83 5 37
        1 87 3 69 2 87 7 38 8 24 9 83 6 41 0 93 5 77 4 60
        2 98 0 44 5 25 6 75 7 43 1 49 4 96 9 77 3 17 8 79
        2 35 3 76 5 28 9 10 4 61 6  9 0 95 8 35 1  7 7 95
        3 16 2 59 0 46 1 91 9 43 8 50 6 52 5 59 4 28 7 27
        1 45 0 87 3 41 4 20 6 54 9 43 8 14 5  9 2 39 7 71
        4 33 2 37 8 66 5 33 3 26 7  8 1 28 6 89 9 42 0 78
        8 69 9 81 2 94 4 96 3 27 0 69 7 45 6 78 1 74 5 84"""),
    "la17": (784, """
        4 18 7 21 9 41 2 45 3 38 8 50 5 84 6 29 1 23 0 82
        8 57 5 16 1 52 7 74 2 38 3 54 6 62 9 37 4 54 0 52
        2 30 4 79 3 68 1 61 8 11 6 89 7 89 0 81 9 81 5 57
        0 91 8  8 3 33 7 55 5 20 2 20 4 32 6 84 1 66 9 24
        9 40 0  7 4 19 8  7 6 83 2 64 5 56 3 54 7  8 1 39
        3 91 2 64 5 40 0 63 7 98 4 74 8 61 1  6 6 42 9 15
        1 80 7 39 8 24 3 75 4 75 5  6 6 44 0 26 2 87 9 22
        1 15 7 43 2 20 0 12 8 26 6 61 3 79 9 22 5  8 4 80
        2 62 3 96 4 22 9  5 0 63 6 33 7 10 8 18 1 36 5 40
        1 96 0 89 5 64 3 95 9 23 7 18 8 15 2 64 6 38 4  8"""),
    "la18": (848, """
        6 54 0 87 4 48 3 60 7 39 8 35 1 72 5 95 2 66 9  5
        3 20 9 46 6 34 5 55 0 97 8 19 4 59 2 21 7 37 1 46
        4 45 1 24 8 28 0 28 7 83 6 78 5 23 3 25 9  5 2 73
        9 12 1 37 4 38 3 71 8 33 2 12 6 55 0 53 7 87 5 29
        3 83 2 49 6 23 9 27 7 65 0 48 4 90 5  7 1 40 8 17
        1 66 4 25 0 62 2 84 9 13 6 64 7 46 8 59 5 19 3 85
        1 73 3 80 0 41 2 53 9 47 7 57 8 74 4 14 6 67 5 88
        5 64 3 84 6 46 1 78 0 84 7 26 8 28 9 52 2 41 4 63
        1 11 0 64 7 67 4 85 3 10 5 73 9 38 8 95 6 97 2 17
        4 60 8 32 2 95 3 93 1 65 6 85 7 43 9 85 5 46 0 59"""),
    "la19": (842, """
        2 44 3  5 5 58 4 97 0  9 7 84 8 77 9 96 1 58 6 89
        4 15 7 31 1 87 8 57 0 77 3 85 2 81 5 39 9 73 6 21
        9 82 6 22 4 10 3 70 1 49 0 40 8 34 2 48 7 80 5 71
        1 91 2 17 7 62 5 75 8 47 4 11 3  7 6 72 9 35 0 55
        6 71 1 90 3 75 0 64 2 94 8 15 4 12 7 67 9 20 5 50
        7 70 5 93 8 77 2 29 4 58 6 93 3 68 1 57 9  7 0 52
        6 87 1 63 4 26 5  6 2 82 3 27 7 56 8 48 9 36 0 95
        0 36 5 15 8 41 9 78 3 76 6 84 4 30 7 76 2 36 1  8
        5 88 2 81 3 13 6 82 4 54 7 13 8 29 9 40 1 78 0 75
        9 88 4 54 6 64 7 32 0 52 2  6 8 54 5 82 3  6 1 26"""),
    "la20": (902, """
        6  9 1 81 4 55 2 40 8 32 3 37 0  6 5 19 9 81 7 40
        7 21 2 70 9 65 4 64 1 46 5 65 8 25 0 77 3 55 6 15
        2 85 5 37 0 40 3 24 1 44 6 83 4 89 8 31 7 84 9 29
        4 80 6 77 7 56 0  8 2 30 5 59 3 38 1 80 9 41 8 97
        0 91 6 40 4 88 1 17 2 71 3 50 9 59 8 80 5 56 7  7
        2  8 6  9 3 58 5 77 1 29 8 96 0 45 9 10 4 54 7 36
        4 70 3 92 1 98 5 87 6 99 7 27 8 86 9 96 0 28 2 73
        1 95 7 92 3 85 4 52 6 81 9 32 8 39 0 59 2 41 5 56
        3 60 8 45 0 88 2 12 1  7 5 22 4 93 9 49 7 69 6 27
        0 21 2 61 3 68 5 26 6 82 9 71 8 44 4 99 7 33 1 84"""),
}  # fmt: skip
"""Name -> (optimum, rows)."""

BRANDIMARTE = {
    "mk02": (26, {
        "A": "3 3 4 5 1 3 6 6 2 2 5 3", "B": "6 5 3 4", "C": "1 1 5 6 3 3 4 3 2 6 6 5", "D": "2 6", "E": "6 3 5 6",
        "F": "3 2 2 1 5 4", "G": "6 1 5 6 1 3 2 4 4 2", "H": "5 2", "I": "2 4 3 3", "J": "5 3 4 6 2 4 6 6 3 6 1 2",
        "K": "3 5 1 4 2 3 6 3 5 2", "L": "4 1 1 5 2 4 5 5 3 3 6 3", "M": "6 3 1 4 4 6 3 6 5 3",
        "N": "1 4 4 5 2 3 6 3 5 4", "O": "4 3",
    }, """
        ABCDEF GEHIFA CJFKLM KGDCNL JNOMGI MBKJDG LHJAM IKJMNG DBGNI OJMLEG"""),
    "mk03": (204, {
        "A": "7 15 8 11 4 5 5 19", "B": "3 18 4 5", "C": "8 18 7 3 6 11 3 16", "D": "5 7 2 1 7 2 3 19", "E": "5 6 6 3",
        "F": "4 5 5 2 8 18", "G": "5 2", "H": "1 17", "I": "5 10 2 10 1 12 8 5 3 14", "J": "7 15 6 2 8 19",
        "K": "2 1 4 13", "L": "4 11 1 9 2 18 6 18 3 13", "M": "6 15 7 13", "N": "4 11 1 7 6 13 8 3", "O": "3 3 5 5",
    }, """
        ABCDEFGHIJ CHKILMADNJ ODBENJLFHK BOLNMDGCHE MJGALDFEOI KMBCLINAEO INKHMDGLBJ JHAMINLKBO HICJMNGKLA HMFLNBEJCI
        KJCBEHOFIL NFCHLJGOAK IGBDMCALEN CFKDEBMGLH IEMACHLFBD"""),
    "mk04": (60, {
        "A": "1 6", "B": "1 6 7 9", "C": "6 7 3 1", "D": "4 2 7 5", "E": "1 8 3 9 8 9", "F": "2 3 4 8 3 2",
        "G": "5 5 6 7", "H": "6 1 4 7", "I": "6 1", "J": "6 2", "K": "7 2", "L": "3 2 7 1 4 4", "M": "1 7 3 7",
        "N": "4 4 3 1", "O": "4 5 5 7",
    }, """
        ABCDEFGH IHACFJK IFLDMN KABCO KBNEMFO JNLHOEMIB GMHJC OGFJIB ABNEDHKMF GAKOB EAFD DIAMEK JCHG GID OKEFLA"""),
    "mk05": (172, {
        "A": "3 5 2 7", "B": "1 8 4 8", "C": "1 6 2 5", "D": "3 7", "E": "4 5 2 6", "F": "4 5 1 5", "G": "4 6",
        "H": "1 8 2 6", "I": "4 7 3 9", "J": "4 9 3 6", "K": "4 8", "L": "3 7 1 5", "M": "4 6 2 7", "N": "3 8",
        "O": "1 8 4 9",
    }, """
        ABCDEF DCGEH IAFBCGHJ FIBKHEG LMINAH GENLMKHBF NICMD LNIFDKJC AKECGOBHD HBOJCNDGE HBCDGNJ KDICNB KJBMMHL
        CLBHFMG NOJDEHC"""),
    "mk06": (57, {
        "A": "2 8 6 3 7 2 9 5", "B": "9 7 1 2", "C": "7 4 1 4 9 1 2 7 10 4", "D": "1 1 8 2", "E": "7 5 3 8 5 8",
        "F": "1 3 8 8 2 5 3 8 10 9", "G": "5 6 1 1 6 2", "H": "2 5 1 9 9 1 5 7 4 6", "I": "10 6 1 2", "J": "7 9 5 6",
        "K": "4 8 7 2", "L": "2 1 5 8 4 2 1 8 3 7", "M": "10 2 8 9 4 5", "N": "7 5 3 7 9 3", "O": "9 4 5 8 1 1",
    }, """
        ABCDEFGHIJKLMNO FCGLKIMJNEOBDAH DJIKLOBNCAFMHGE GHFLKIEBNOADCJM MDOBELGNAICJHFK EFJGHKBLCADNIOM
        GMEFDBLNCOIAJKH CNEDGHMOBAFKILJ AOECLKBMFIHNJDG DAMENIJOCHFGLKB"""),
    "mk07": (139, {
        "A": "2 4 1 15", "B": "3 18 1 15", "C": "2 4", "D": "4 18", "E": "3 8 5 2 4 5 1 7 2 7", "F": "1 3 5 13",
        "G": "1 8 5 1 2 5", "H": "1 3 5 13 3 2", "I": "2 18 5 1 4 19 1 9 3 3", "J": "4 11 3 9", "K": "5 12 3 14 4 19",
        "L": "4 10 3 10 2 17 5 8", "M": "5 18 3 13 2 2 1 5", "N": "4 10 5 15 1 2 3 9 2 16", "O": "3 15 1 6", "P": "4 5",
        "Q": "1 15 5 7", "R": "2 7 1 17", "S": "4 6 2 17 3 15 5 7", "T": "3 18 1 2 4 15", "U": "2 14 4 14 3 19 5 15",
        "V": "1 17 5 15", "W": "3 16 5 17 4 10 2 10 1 7", "X": "2 17 5 19 4 5 3 12", "Y": "5 1 3 5",
    }, """
        ABCDE FEAGH IDJCK ALMNO HBIKP EBQRA PQAHS STUCR ISGUV QLOPW DGEQV KLOEW VDXTG YTLBE EYKWV NJCQP EUTOI CGYBQ
        HSMDF PADQN"""),
    "mk08": (523, {
        "A": "7 18 4 5", "B": "5 7 7 7", "C": "3 19", "D": "7 14", "E": "4 5 10 12", "F": "1 10", "G": "10 18",
        "H": "7 10 8 19", "I": "3 11 8 9", "J": "3 5 8 12", "K": "2 5", "L": "10 19", "M": "3 15 4 19", "N": "5 9",
        "O": "5 14 9 5", "P": "1 19", "Q": "1 16", "R": "10 10", "S": "1 7", "T": "3 15 7 13", "U": "10 14 5 7",
        "V": "9 11", "W": "8 18", "X": "8 14 10 9",
    }, """
        ABCDEFGHIJ KAJFLMDNOPHQ OPFCAEJRNSHFLG RBDFGTUIVN NOAIFVSDEMWL TCNLJAXEGS FGSNXHMUWLPF FDFMOACPENL
        HXPLUKEBQSVCFG LUWISFOMGCP OFWMHJIXRVC LIBQDAEFWO ULHMPWXIGOK FBFVDTXQJOK OBDRHMASIPW KHRVWUOFPTX
        RONLFJKUFXTQD TKLCWSNDAFO HKIVEGAXJL GRDVTKXJNQ"""),
    "mk09": (307, {
        "A": "2 10 1 11", "B": "8 17", "C": "8 14", "D": "1 10", "E": "2 16 10 18", "F": "9 6 2 12",
        "G": "7 9 4 11 3 10 1 16", "H": "5 19 1 7", "I": "9 11", "J": "4 16", "K": "2 5", "L": "7 9 9 9 4 6 8 14 6 16",
        "M": "5 6 4 11", "N": "5 9 8 8", "O": "2 16 3 11", "P": "1 8 5 14 10 15 6 12", "Q": "6 10 8 15 7 5 2 8",
        "R": "1 16 3 11 7 17 4 7", "S": "3 11 5 8 7 11 9 17", "T": "3 14", "U": "4 11 8 16 9 15 1 6",
        "V": "10 6 8 13 5 5 2 8", "W": "5 9", "X": "2 5 7 13 10 10 5 11", "Y": "2 8 1 19 8 13 6 14 10 18",
    }, """
        ABCDEFGHIJKL BMANOPQHGDRJS QNEALJHDMOT PHUCJBRVTGD BJWVREQCMXLNPH XEDTWLBCKQU CBNJDXKMLUYQRE DVWGIXQKYLARM
        BKDJMGYIFAN JUTXILMRAOPD IWYJUNGTDR VUJFQGKCLME KTFWXRABHDG SDEAQUJRGO DUXYMFKVJOAQ BUTFCQGXPAJSHV
        YIGBVMDQAERTH YLMVTSIAXCP TAGEOURXVNKQW RXQTMUWDBFYOE"""),
    "mk10": (193, {
        "A": "6 5 2 5", "B": "7 11 6 11", "C": "2 5", "D": "8 10 3 18 4 10 9 7", "E": "7 9 1 7",
        "F": "1 8 7 14 9 12 4 7", "G": "4 13 8 8 2 6", "H": "3 8 1 19 9 13 10 19 2 16", "I": "2 16 10 9 3 12 4 11 5 15",
        "J": "9 10 10 5", "K": "7 5 2 8 4 7", "L": "1 6 6 13 5 11 10 7", "M": "2 16 10 9 5 9 8 16", "N": "2 11 1 9",
        "O": "3 12 7 15", "P": "4 11 10 14 5 10 7 15", "Q": "3 8 1 12 5 5 13 11", "R": "1 16 5 11 10 17 3 6",
        "S": "5 11 2 11", "T": "2 5 9 19", "U": "5 15", "V": "10 13 6 11", "W": "5 11 7 8 10 11 2 16",
        "X": "1 15 2 19 9 9", "Y": "7 13 10 19 6 18 4 8",
    }, """
        ABCDEFGHIJKL BMANOPQHGDRJS QNEALJHDMOT PHUCJBRVTGD BJWVREQCMXLNPH XEDTWLBCKQU CBNJDXKMLUYQRE DVWGIXQKYLARM
        BKDJMGYIFAN JUTXILMRAOPD IWYJUNGTDR VUJFQGKCLME KTFWXRABHDG SDEAQUJRGO DUXYMFKVJOAQ BUTFCQGXPAJSHV
        YIGBVMDQAERTH YLMVTSIAXCP TAGEOURXVNKQW RXQTMUWDBFYOE"""),
}  # fmt: skip
"""Name -> (best known makespan, kinds of operations, jobs)."""


def brandimarte(name: str) -> tuple[int, str]:
    """(best known makespan, the customary rows)."""
    best, kinds, jobs = BRANDIMARTE[name]
    rows = []
    for job in jobs.split():
        words = [f"{len(kinds[kind].split()) // 2} {kinds[kind]}" for kind in job]
        rows.append(f"{len(job)} {' '.join(words)}")
    return best, "\n".join(rows)
