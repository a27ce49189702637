"""What a file may be called where it comes from: words in one line, never a path."""

import re

LONGEST = 255  # letters; no file system of today has longer ones
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)  # the last turn the line round

HAS_PATH = "The name of this file has folders in it (/ or \\)."
HAS_UNSEEN = "The name of this file holds signs that cannot be seen."
TOO_LONG = f"The name of this file is longer than {LONGEST} letters."
MENDED_BY = "Rename the file and choose it again."


def fault_of(name: str) -> str:
    """Why a file of this name is not taken, in words with how to mend it; empty when it is."""
    if len(name) > LONGEST:
        said = TOO_LONG
    elif "/" in name or "\\" in name or name in {".", ".."}:
        said = HAS_PATH
    elif UNSEEN.search(name) or not seen(name).strip():
        said = HAS_UNSEEN
    else:
        return ""
    return f"{said} {MENDED_BY}"


def seen(name: str) -> str:
    """Without what no printer prints, such as what joins the parts of an emoji."""
    return "".join(sign for sign in name if sign.isprintable())
