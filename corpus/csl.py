"""Small tools on CSL-JSON items: names, dates, DOIs, languages and the keys that duplicates share."""

import html
import re
import unicodedata
from calendar import monthrange
from functools import lru_cache
from urllib.parse import unquote

import pycountry

from corpus.records import Item

Name = dict[str, str]
"""A CSL name: `literal`, or `family` with `given`, `non-dropping-particle` and `suffix`."""

PARTICLES = frozenset(
    "af al av bin da dal dalla das de del della den der des di do dos du el ibn la las le les lo los "
    "mac o ten ter van ver vom von vor y zu zum zur".split()
)
SUFFIX = re.compile(r"(?:jr|sr|jnr|snr|ii|iii|iv)\.?", re.IGNORECASE)
COMPANY = re.compile(r"(?:inc|ltd|llc|llp|plc|gmbh|corp|co)\.?", re.IGNORECASE)
INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+|[^\W\d_]{1,3}")
OF_A_BODY = re.compile(r"(?:^|\s)(?:of|for|and|the|&|pour|für|et|und)(?:\s|$)|\d")
BODY = re.compile(
    r"\b(?:academy|administration|agency|alliance|association|authority|bank|board|bureau|center|centre|"
    r"chamber|coalition|college|commission|committee|company|confederation|conference|consortium|"
    r"corporation|council|department|directorate|federation|forum|foundation|fund|government|group|"
    r"initiative|institut|institute|instituto|international|laboratory|ministry|nations|network|office|"
    r"organi[sz]ation|partnership|programme|project|secretariat|service|society|team|trust|union|"
    r"universidad|universit[éy]|universität|university)s?\b",
    re.IGNORECASE,
)
NOBODY = re.compile(r"[\[(]?\s*(?:no authors?\b.*|anonymous|anon\.?|n/a)\s*[\])]?", re.IGNORECASE)

DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,4}/\S{1,300}")
RESOLVER = re.compile(r"https?://[^/\s]*doi[.-]org[^/\s]*/", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
MARKUP = re.compile(
    r"</?(?:(?:jats|mml):)?(?P<tag>(?<=:)[a-z-]+|p|br|div|title|sec|li|list|i|b|u|em|strong|sub|sup|inf|italic|bold|sc|"
    r"scp|span)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# How often text may have been escaped over again.
DEEPEST = 10
BLOCKS = frozenset({"p", "br", "div", "title", "sec", "li", "list"})
# Letters that no normalisation form takes apart.
FOLD = str.maketrans(dict(zip("øđłæœıþðħŧ", ("o", "d", "l", "ae", "oe", "i", "th", "d", "h", "t"), strict=True)))

YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)")
ISO = re.compile(r"((?:1[5-9]|20|21)\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2})(?!\d))?(?!\d)")
MONTH = re.compile(r"(?<![^\W\d_])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?", re.IGNORECASE)
DAY = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?(?!\d)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# What exports call languages that ISO 639 calls otherwise.
LANGUAGES = {
    "greek": "el",
    "farsi": "fa",
    "flemish": "nl",
    "mandarin": "zh",
    "castilian": "es",
    "malay": "ms",
}


def doi(text: str) -> str | None:
    """The DOI in `text`, normalised: lower case, no resolver, no percent-encoding, no trailing punctuation.

    Addresses other than the resolver's are not searched: publishers append words to the DOI in theirs.
    """
    text = text.strip()
    if re.match(r"https?:", text, re.IGNORECASE):
        if not RESOLVER.match(text):
            return None
        text = re.split(r"[?#]", RESOLVER.sub("", text))[0]
    while (decoded := html.unescape(unquote(text)).lower()) != text:
        text = decoded
    found = DOI.search(text)
    return trimmed(found.group()) or None if found else None


def trimmed(text: str) -> str:
    """`text` without the punctuation of the sentence around it; brackets that it opened itself stay."""
    while text and (text[-1] in ".,;:'\"”’*&" or unopened(text)):
        text = text[:-1]
    return text if DOI.fullmatch(text) else ""


def unopened(text: str) -> bool:
    pair = {")": "(", "]": "[", "}": "{", ">": "<"}.get(text[-1])
    return pair is not None and text.count(text[-1]) > text.count(pair)


def plain(text: str) -> str:
    """`text` on one line, without HTML or JATS markup and with its entities resolved."""
    for _ in range(DEEPEST):
        stripped = MARKUP.sub(unmarked, ENTITY.sub(lambda m: html.unescape(m[0]), text))
        if stripped == text:
            break
        text = stripped
    return " ".join(text.split())


def unmarked(tag: re.Match[str]) -> str:
    return " " if tag["tag"].lower() in BLOCKS else ""


def title_key(title: str) -> str:
    """The words of `title` in lower case, one space between, without accents, punctuation and markup."""
    folded = unicodedata.normalize("NFKD", plain(title)).casefold().translate(FOLD)
    letters = (c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in letters if c not in "'’`")
    return " ".join(kept.split())


def names(text: str, separator: str) -> list[Name]:
    """The names in `text`, which stand between `separator`s."""
    return [found for part in text.split(separator) if (found := name(part))]


def name(text: str) -> Name:
    """One name, from "Family, Given", "Given van der Family", "Family G." or the name of a body.

    A comma at the end marks a body, as RIS has it. Empty where `text` names nobody ("[Anonymous]").
    """
    # Footnote marks, and what Lens writes where it has no given name.
    text = " ".join(word for word in re.sub(r"[*†‡§]", " ", text).split() if word != "null")
    if not text.strip(",;. ") or NOBODY.fullmatch(text):
        return {}
    if text.lower().rstrip(".") in ("et al", "others"):
        return {"literal": "et al."}
    if text.endswith(","):
        return {"literal": text.rstrip(", ")}
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if is_body(text, parts):
        return {"literal": text}
    return inverted_name(parts) if len(parts) > 1 else natural_name(parts[0])


def is_body(text: str, parts: list[str]) -> bool:
    if OF_A_BODY.search(text) or (COMPANY.fullmatch(parts[-1]) and len(parts) > 1):
        return True
    # "Bank, Dov" is a person, "World Bank" and "World Bank, Washington" are not.
    return " " in parts[0] and bool(BODY.search(parts[0]))


def inverted_name(parts: list[str]) -> Name:
    """A name from what commas part: family, suffix, given; family, given, suffix; whole name, suffix."""
    suffix = next((part for part in parts[1:] if SUFFIX.fullmatch(part)), "")
    given = " ".join(part for part in parts[1:] if part != suffix)
    if not given:
        return natural_name(f"{parts[0]} {suffix}")
    words = parts[0].split()
    if not suffix and len(words) > 1 and SUFFIX.fullmatch(words[-1]):
        suffix = words.pop()
    return person(words, given, suffix)


def natural_name(text: str) -> Name:
    """A name from "Given van der Family", "Family G." or "Family GH"; a single word is taken as it is."""
    words = text.split()
    suffix = words.pop() if len(words) > 2 and SUFFIX.fullmatch(words[-1]) else ""
    if len(words) == 1:
        return {"literal": text}
    if is_initials(words[-1], words[-2]):
        # "Aalst W.M.P. van der" is rare; "Li R. Y. M." is not.
        first = len(words) - 1
        while first > 1 and is_initials(words[first - 1], words[first - 2]):
            first -= 1
        return person(words[:first], " ".join(words[first:]), suffix)
    first = next((i for i, word in enumerate(words[1:-1], 1) if word in PARTICLES), len(words) - 1)
    return person(words[first:], " ".join(words[:first]), suffix)


def is_initials(word: str, before: str) -> bool:
    """Whether `word`, which stands after `before`, is somebody's initials: "J.", or "JA" after "Smith"."""
    if not INITIALS.fullmatch(word) or not word[0].isupper():
        return False
    return "." in word or (word.isupper() and "." not in before and not before.isupper())


def person(family: list[str], given: str, suffix: str) -> Name:
    """A CSL name whose leading lower-case particles stand apart from the family name."""
    split = next((i for i, word in enumerate(family[:-1]) if word not in PARTICLES), len(family) - 1)
    found = {
        "family": " ".join(family[split:]),
        "given": given,
        "non-dropping-particle": " ".join(family[:split]),
        "suffix": suffix,
    }
    return {key: value for key, value in found.items() if value}


def family(one: Name) -> str:
    """The family name with its particle, or the name of the body."""
    parts = (one.get("non-dropping-particle") or one.get("dropping-particle"), one.get("family"))
    return " ".join(part for part in parts if part) or one.get("literal", "") or one.get("given", "")


def inverted(one: Name) -> str:
    """ "van der Family, Given, Jr.": what `name` reads back as the same name."""
    if not one.get("family"):
        literal = family(one)
        return literal if name(literal) == {"literal": literal} else f"{literal},"
    return ", ".join(part for part in (family(one), one.get("given"), one.get("suffix")) if part)


def people(item: Item, role: str = "author") -> list[Name]:
    """The names that `item` gives for `role`, without whatever is no name."""
    found = item.get(role)
    return [one for one in found if isinstance(one, dict) and family(one)] if isinstance(found, list) else []


def family_key(item: Item) -> str:
    """The first author's (else editor's) family name, folded as titles are, without particles; or empty."""
    first = next(iter(people(item) or people(item, "editor")), None)
    words = title_key(family(first)).split() if first else []
    while len(words) > 1 and words[0] in PARTICLES:
        words.pop(0)
    return " ".join(words)


def authors_text(item: Item) -> str:
    """The authors (else editors) in short: "Osei and Diallo", "Osei, Diallo and Meyer", "Osei et al."."""
    short = [family(one) for one in people(item) or people(item, "editor")]
    if len(short) > 3:
        return f"{short[0]} et al."
    return " and ".join(filter(None, (", ".join(short[:-1]), *short[-1:])))


def date(text: str) -> Item:
    """The CSL date in `text` (ISO 8601, RIS, "MAY 4 2021", "March 2020", "2019"), empty without a year.

    What a calendar does not hold is left out; of a range, the first date counts.
    """
    if iso := ISO.search(text):
        return date_parts(int(iso[1]), int(iso[2]), int(iso[3] or 0))
    found = YEAR.search(text)
    if not found:
        return {}
    rest = text[: found.start()] + " " + text[found.end() :]
    month = MONTH.search(rest)
    if not month:
        return date_parts(int(found.group()), 0, 0)
    day = DAY.search(rest)
    return date_parts(int(found.group()), MONTHS.index(month[1].lower()) + 1, int(day[1]) if day else 0)


def date_parts(year: int, month: int, day: int) -> Item:
    if not 1 <= month <= 12:
        return {"date-parts": [[year]]}
    if not 1 <= day <= monthrange(year, month)[1]:
        return {"date-parts": [[year, month]]}
    return {"date-parts": [[year, month, day]]}


def issued(item: Item) -> list[int]:
    """Year, month and day of publication, as far as `item` gives them."""
    found = item.get("issued")
    if not isinstance(found, dict):
        return []
    try:
        return [int(part) for part in found["date-parts"][0]][:3]
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        words = str(found.get("raw") or found.get("literal") or "")
        return list(date(words).get("date-parts", [[]])[0])


def year(item: Item) -> int | None:
    """The year of publication, where `item` gives one."""
    return next(iter(issued(item)), None)


@lru_cache(maxsize=4096)
def language(text: str) -> str | None:
    """The ISO 639-1 code (else 639-3) of the first language that `text` gives by name or code."""
    first = re.split(r"[;,/|]", text)[0].strip().lower()
    first = LANGUAGES.get(first, first)
    code = re.split(r"[-_]", first)[0]
    tried = ({"alpha_2": code}, {"alpha_3": code}, {"bibliographic": code}, {"name": first})
    found = next((hit for one in tried if (hit := pycountry.languages.get(**one))), None)
    return str(getattr(found, "alpha_2", None) or found.alpha_3) if found else None
