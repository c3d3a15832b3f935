"""Words of PDFs spelt as words: ligatures taken apart, words that line ends cut in two made whole."""

import re
from collections import Counter
from collections.abc import Iterable

HYPHEN = "\ufffe"
"""PDFium's mark for a hyphen at a line's end, after which the word goes on."""

LIGATURES = ("ff", "fi", "fl", "ffi", "ffl", "st", "st")


def clean_text(text: str) -> str:
    """`text` on one line, without ligatures, odd spaces and characters that mean nothing."""
    text = re.sub("[\ufb00-\ufb06]", lambda found: LIGATURES[ord(found[0]) - 0xFB00], text)
    text = re.sub("^[\uf0a7\uf0b7\uf0d8\uf0fc]", "• ", text)
    text = text.replace("\x02", HYPHEN).replace("\u00ad", "")
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u200b\u2060\ufeff]", " ", text).split())


def vocabulary(lines: Iterable[str]) -> Counter[str]:
    """How often each whole word stands in the lines of a document, in lower case, hyphens included."""
    text = "\n".join(lines).lower()
    whole = re.sub(rf"\w{{0,40}}(?:[-‐‑]\n|{HYPHEN}\n?)\w{{0,40}}", " ", text)
    return Counter(re.findall(r"\w+(?:-\w+)*", whole))


def mended(text: str, known: Counter[str]) -> str:
    """`text` with the words that line ends cut in two made whole, as the rest of the document spells them."""

    def mend(found: re.Match[str]) -> str:
        first, second = found[1], found[2]
        if text[found.start() - 1 : found.start()] == "-":
            return f"{first}-{second}"
        whole, hyphened = (first + second).lower(), f"{first}-{second}".lower()
        if known[whole] or known[hyphened]:
            keep = known[hyphened] > known[whole]
        else:
            parts = known[first.lower()] and known[second.lower()] and min(len(first), len(second)) > 3
            keep = bool(parts) or not second[:1].islower()
        return f"{first}-{second}" if keep else first + second

    return re.sub(rf"(\w{{1,40}}){HYPHEN}(\w{{1,40}})", mend, text).replace(HYPHEN, "-")
