"""Whether bytes read as cp1252 give words that some western language could have.

Read in the wrong code page, "Dvořák" becomes "Dvoøák", "Łódź" "£ódŸ", "Müller" "MŸller" or "M‚ller":
a symbol inside a word, a capital after a small letter, letters that never stand side by side. One
such word in thirty is enough to refuse the file, because a name that is spelt wrong is never noticed.
"""

import re

ENOUGH = 5_000  # different words
TOLERATED = 33  # one doubtful word in so many may be a name nobody thought of

LONGEST = 60  # letters of a word

WORD = re.compile(r"[^\x00-\x20,;|\"]+")

SMALL = "a-zà-öø-ÿšžœƒ"
CAPITAL = "A-ZÀ-ÖØ-ÞŠŽŒŸ"
LETTER = SMALL + CAPITAL
ACCENTED = "À-ÖØ-öø-ÿŠšŽžŒœŸ"
VOWEL = "aeiouyAEIOUY"

# Two accented letters side by side that some western language has.
PAIRS = (
    r"[áéíóúÁÉÍÓÚ][ñÑ]|[ñÑ][áéíóúÁÉÍÓÚãÃ]|[äöüÄÖÜ]ß|[çÇ][ãõâáéêóôúíÃÕÂÁÉÊÓÔÚÍ]|éé|ÉÉ|[äÄ]ä|[öÖ]ö|[üÜ]ü|ÄÄ|ÖÖ|[åÅ]å"
    r"|[íÍ]á|[ãÃ][çÇ]|[éÉ][ïë]|[öÖ]é"
)

IMPLAUSIBLE = re.compile(
    "|".join(
        (
            r"[ýÝðÐþÞÿŸ¤ƒ¦¬­¯¸¶ˆ˜‰†‡¥]",  # rare here, common as something else elsewhere
            rf"[{LETTER}][£¢¡¿§¨©«±µ´·¹»¼½¾×÷‚„…‹›“”‘•—™€][{LETTER}]",
            rf"[{SMALL}][£¢¡¿§±µ¹¼½¾×÷‚„‹‘“–•—ªº²³][{SMALL}]",
            rf"(?<![{LETTER}0-9])[£¢±§µ¹²³ªº×÷¦¬][{LETTER}]",  # "£ódŸ"
            rf"[{LETTER}][¿¡£¢§±µ¹¼½¾×÷‚„‹‘]",  # "Pawe³", "JosŽ", "Zo‘", "Wei§"
            rf"(?<=[{LETTER}])(?<![mMkKcC])[²³]",
            rf"(?<=[{SMALL}])[ªº]",
            rf"[¼½¾][{LETTER}]",
            rf"[{SMALL}]\xa0[{SMALL}]",  # "Hern ndez"
            rf"[{SMALL}][À-ÖØ-ÞŠŽŒ](?![A-ZÀ-Þ])",  # a capital inside a word, but not "McÉWAN"
            rf"[{SMALL}][À-ÖØ-ÞŠŽŒ]{{2}}",
            rf"[{SMALL}]…[^\s]",
            rf"[{ACCENTED}]{{3}}",
            rf"(?!{PAIRS})[{ACCENTED}]{{2}}",
            rf"[çÇ](?![{VOWEL}ãõâáàéêíóôúüöäîÃÕÂÁÀÉÊÍÓÔÚÜÖÄÎ’'´-]|[^{LETTER}]|$)",
            rf"[èÈ][{VOWEL}]|[aeAE][èÈ]",  # "Kuèera"
            rf"[õÕ](?![eE])|[ãÃ](?![oOeEiIsSnN]|[^{LETTER}]|$)|[ãÃ][nNsS](?=[{LETTER}])",  # "Erdõs"
            rf"[ùòìÙÒÌ](?=[{LETTER}])",  # Italian has them at the end only
            r"[œŒ](?![uUiIdDsSfFnNtT])|œn(?!o)|œs(?!o)",
            rf"[ñÑ](?![{VOWEL}áéíóúãÁÉÍÓÚÃ])",  # "Kamiñski"
            r"[êÊ][bdkwzhjxBDKWZHJX]|[ûÛ][czpbdgkBCZPDGK](?!h)|[îÎ][zkbwjZKBWJ]",
            r"[aeouyåæAEOUYÅÆ][øØ]|[øØ][aouåAOUÅ]|[øØ]\w*[íáéúýèÍÁÉÚÈ]|[íáéúèÍÁÉÚÈ]\w*[øØ]",  # "Boøek"
            r"[æÆ]\w*[èéíáóúñÈÉÍÁÓÚÑ]|[èéíáóúñÈÉÍÁÓÚÑ]\w*[æÆ]",
            r"(?<![aeiouyáéíóúAEIOUYÁÉÍÓÚ])[šž](?![aeiouyáéíóúAEIOUYÁÉÍÓÚ])",  # "Schršder" for Schröder
            r"\w{3}[‘’][b-df-hj-np-tv-z]\w{2}",
        )
    )
)


def are_western(texts) -> bool:
    """Whether nearly all words with letters beyond ASCII, read as cp1252, are words of the west.

    ``texts`` are the pieces of one file in order.
    """
    words = set()
    before = ""
    for text in texts:
        text = before + text
        words.update(word[:LONGEST] for word in WORD.findall(text) if not word.isascii())
        before = re.search(r"\S*\Z", text[-LONGEST:]).group()
        if len(words) > ENOUGH:
            break
    doubtful = [word for word in words if IMPLAUSIBLE.search(word)]
    return len(doubtful) * TOLERATED <= len(words)
