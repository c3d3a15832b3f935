"""Telling prose from what surrounds it on a page: tables, contents, reference lists, menus, garbage."""

import re
from collections import Counter
from itertools import pairwise

TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{1,2}|[^\s\u3040-\u30ff\u3400-\u9fff]+")
ENDED = re.compile(r"""[.!?…:;。！？؟۔]["'”’»)\]]*(?:\d{1,3}|\[[\d,\s–-]{1,12}\])?\s*$""")
BULLET = re.compile(r"\s*(?:[•▪●◦‣◆■□\uf0a7\uf0b7*]|[–—-](?=\s)|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)](?=\s))\s*")
LEADERS = re.compile(r"(?<![.…_])(?<!\.\s)(?:(?:\.\s?){5,}|…{2,}|_{5,})\s*\d")
CAPTION = re.compile(r"(?i)(?:figure|fig\.|table|box|chart|map|source|note|graph|photo)s?\b\s*(?:[\d:.]|[A-Z]\.?\d|$)")
ODD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x1f]")
NUMBER = re.compile(r"[\W\d]*\d[\W\d]*")
NOTICE = re.compile(
    r"(?i).{0,60}\b(?:licen[cs]ed (?:\w+ ){0,4}under (?:the |a )?creative commons|uses? cookies"
    r"|enable javascript)"
)
RIGHTS = re.compile(r"(?i)(?:©|\(c\)\s|copyright\b|all rights reserved|this is an open[- ]access article)")
RIGHTS_WORDS, ENTRY_WORDS = 40, 80

INITIALS = re.compile(
    r"[A-ZÀ-Þ][\w'’-]{1,40},?\s(?:[A-Z]\.[\s-]?){1,5}(?=[,;&(]|and\b|$)"
    r"|[A-ZÀ-Þ][\w'’-]{1,40},\s(?:[A-Z]\.[\s-]?){1,5}"
)
ENTRY = re.compile(
    r"^(?:\[\d{1,3}\]|\d{1,3}\.)\s|^[A-ZÀ-Þ][\w'’ -]{1,30},\s(?:[A-Z]\.?[\s-]?){1,3}[,;.&( ]"
    r"|^[A-ZÀ-Þ][^.]{2,80}[.,]?\s\(?(?:19|20)\d\d[a-z]?\)?[.,:]"
)
APA = re.compile(r"^.{2,150}?[.,]\s\((?:19|20)\d\d[a-z]?(?:,[^)]{1,20})?\)[.,]\s")
BRACKETED = re.compile(r"^\[\d{1,3}\]\s+[\"“A-ZÀ-Þ].*(?:\b(?:19|20)\d\d\b|https?:|\bAvailable\b)")
NAMES_YEAR = re.compile(r"^[A-ZÀ-Þ][\w'’-]+,\s[A-ZÀ-Þ].{1,300}?\b(?:19|20)\d\d[a-z]?\.\s(?P<quote>[\"“])?")
MARKERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\(?\b(?:19|20)\d\d[a-z]?\)?[.,;:]|\((?:19|20)\d\d[a-z]?\)",
        r"[A-ZÀ-Þ][\w'’-]{1,40},\s(?:[A-Z]\.[\s-]?){1,5}",
        r"(?i)\bdoi\b|https?://|\bretrieved\b.{0,60}\bfrom\b|\bavailable (?:at|from|online)\b|\baccessed\b",
        r"\b\d{1,4}\s?\(\d{1,3}(?:[–-]\d+)?\)|\b[Vv]ol\.?\s?\d|\bpp?\.\s?\d|\b\d{1,4}[–-]\d{1,4}\b",
        r"\bJournal\b|\bPress\b|\bProceedings\b|\([Ee]ds?\.\)|\bWorking Paper\b|\bPublish",
    )
)

STOP_WORDS = {
    "de": "der die und das nicht mit den ist von für eine auch werden",
    "en": "the of and to in that is for with are was by this",
    "es": "el los las que una por para con del como más sus",
    "fr": "les des une est dans que pour qui sur au par sont",
    "it": "il che di della per una con sono gli nel anche dei",
    "pt": "os que não uma para com dos por mais são das ao",
}
LANGUAGES = {name: frozenset(listed.split()) for name, listed in STOP_WORDS.items()}
COMMON = frozenset[str]().union(*LANGUAGES.values())


def fold(text: str) -> str:
    """`text` with every run of white space made one space."""
    return " ".join(text.split())


def words(text: str) -> int:
    """The number of words; two Chinese or Japanese characters count as one word."""
    return len(TOKEN.findall(text))


def kind(paragraph: str) -> str:
    """What `paragraph` is: prose, numbers, garbage, contents, references, notice or fragment."""
    text = fold(paragraph)
    tokens = TOKEN.findall(text)
    solid = sum(map(len, tokens))
    if not solid:
        return "fragment"
    numbers = sum(1 for token in tokens if NUMBER.fullmatch(token)) / len(tokens)
    if sum(map(str.isalpha, text)) < 0.4 * solid or numbers > 0.35:
        return "numbers"
    if is_garbage(text, tokens):
        return "garbage"
    if LEADERS.search(text) or (numbers > 0.12 and len(tokens) >= 8 and not ENDED.search(text)):
        return "contents"
    if is_reference(text):
        return "references"
    if NOTICE.match(text) or (len(tokens) <= RIGHTS_WORDS and RIGHTS.match(text)):
        return "notice"
    return "prose" if is_sentence(text, tokens) else "fragment"


def is_garbage(text: str, tokens: list[str]) -> bool:
    """Text of a font without a character map, letters spaced out, or one word over and over."""
    odd = len(ODD.findall(text))
    if odd > 0.02 * len(text) + 1:
        return True
    if len(tokens) < 8:
        return False
    single = sum(1 for token in tokens if len(token) == 1 and token.isalpha())
    commonest = Counter(tokens).most_common(1)[0][1]
    return single > 0.4 * len(tokens) or commonest > 0.4 * len(tokens) or len(text) > 25 * len(tokens)


def is_reference(text: str) -> bool:
    """Whether `text` is an entry of a reference list, or several of them run together."""
    if APA.match(text) or BRACKETED.match(text) or len(INITIALS.findall(text)) >= max(3, words(text) / 25):
        return True
    if words(text) > ENTRY_WORDS:
        return False
    marks = sum(1 for marker in MARKERS if marker.search(text))
    if marks >= 3 and ENTRY.search(text):
        return True
    dated = NAMES_YEAR.match(text)
    return dated is not None and (marks >= 2 or dated["quote"] is not None)


def is_sentence(text: str, tokens: list[str]) -> bool:
    """Whether `text` reads as a sentence: words in lower case, and an end or some length.

    Some databases hold whole abstracts in capitals; those are told by their commonest words.
    """
    running = sum(1 for token in tokens if token.lstrip("(\"'“‘«[¿¡")[:1].isalpha() and not is_capital(token))
    if text.isupper():
        return len(tokens) >= 12 and sum(1 for token in tokens if token.lower() in COMMON) >= 2
    if ENDED.search(text) or BULLET.match(text):
        return len(tokens) >= 4 and running >= 2
    # Cells of a table run together begin with capitals where no sentence begins.
    begun = sum(1 for a, b in pairwise(tokens) if is_capital(b) and a[:1].islower())
    return len(tokens) >= 12 and running >= 0.4 * len(tokens) and begun <= 0.15 * len(tokens)


def is_capital(token: str) -> bool:
    return token.lstrip("(\"'“‘«[¿¡")[:1].isupper()


def language(text: str, sample: int = 20_000) -> str | None:
    """The language of `text` as an ISO 639-1 code, told by its commonest words; None where unsure."""
    tokens = re.findall(r"[^\W\d_]+", text[:sample].lower())
    counts = {name: sum(1 for token in tokens if token in listed) for name, listed in LANGUAGES.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if tokens and counts[best] >= max(3, 0.08 * len(tokens)) else None
