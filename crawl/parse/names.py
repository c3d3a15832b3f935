"""Names of people and bodies, from one string to CSL's parts."""

import re

PARTICLES = set(
    "van von der den de del della di da das do dos du la le los ter ten zu zur bin binti ibn al el st".split()
)
SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}
BODY = re.compile(
    r"\b(?:universit\w+|institut\w*|organi[sz]ation|office|bank|group|committee|commission|council|ministry"
    r"|department|association|agency|centre|center|programme|program|foundation|federation|union|ltd|inc|gmbh"
    r"|company|corporation|society|team|consortium|network|secretariat|nations|fund|board|bureau)\b",
    re.IGNORECASE,
)

Name = dict[str, str]


def name(text: str) -> Name:
    """A CSL name: `family`, `given` of a person ("Family, Given" or "Given Family"), `literal` of a body."""
    text = " ".join(text.split())[:300]
    if not text:
        return {}
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 2 and all(parts) and parts[1].lower() not in SUFFIXES:
        return {"family": parts[0], "given": parts[1]}
    if len(parts) == 3 and all(parts) and parts[1].lower() in SUFFIXES:
        return {"family": parts[0], "given": parts[2], "suffix": parts[1]}
    if BODY.search(text) or len(parts) > 2:
        return {"literal": text}
    return _in_order(text)


def _in_order(text: str) -> Name:
    """A name written given name first: the family name is the last word, with the particles before it."""
    words = text.replace(",", " ").split()
    suffix = words.pop() if len(words) > 2 and words[-1].lower() in SUFFIXES else ""
    if len(words) < 2:
        return {"literal": text}
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    found = {"family": " ".join(words[start:]), "given": " ".join(words[:start])}
    return found | {"suffix": suffix} if suffix else found


def author(raw: str, display: str) -> Name:
    """The name of an author given as printed (`raw`) and as the index writes it (`display`).

    What was printed counts where its comma says which part is the family name; the index's form is whole
    where a journal printed initials.
    """
    printed = name(raw)
    if "," not in raw or "family" not in printed:
        return name(display) or printed
    return {part: recased(value, display) for part, value in printed.items()}


def recased(value: str, display: str) -> str:
    """A part of a name printed in capitals, as `display` writes it if it does."""
    start = display.lower().find(value.lower()) if value.isupper() else -1
    return display[start : start + len(value)] if start >= 0 else value
