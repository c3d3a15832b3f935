"""Citation keys: author, year, first telling word of the title; given once and never changed."""

import re
import unicodedata
from collections.abc import Container

from corpus import csl
from corpus.records import Item

FILLERS = frozenset(
    "a an the on of in for and to from with by at as is are how what why do does le la les un une el los las".split()
)


def plain(text: str) -> str:
    """`text` in lower-case ASCII letters and digits, accents dropped."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", folded.lower())


def short_title(title: str) -> str:
    """The first word of `title` that says something, as it stands in a key."""
    words = [plain(word) for word in re.split(r"[\s\-–—/:]+", title)]
    telling = [word for word in words if len(word) > 2 and word not in FILLERS]
    return (telling or [word for word in words if word] or [""])[0][:20]


def author_part(item: Item) -> str:
    """The first author's family name; of a body with a long name, the initials of its words."""
    first = next(iter(csl.people(item) or csl.people(item, "editor")), {})
    words = [plain(word) for word in first.get("literal", "").split()]
    telling = [word for word in words if word and word not in FILLERS]
    return "".join(word[0] for word in telling) if len(telling) > 2 else plain(csl.family_key(item))


def citation_key(item: Item, taken: Container[str]) -> str:
    """A key for `item` such as `osei2016late`, with a letter behind it where that one is taken."""
    author = author_part(item)[:24] or "anon"
    year = csl.year(item)
    base = f"{author}{year if year else 'nd'}{short_title(str(item.get('title', '')))}"
    key, number = base, 0
    while key in taken:
        number += 1
        key = f"{base}-{suffix(number)}"
    return key


def suffix(number: int) -> str:
    """1 → `b`, 25 → `z`, 26 → `aa`: the first of its kind bears no letter."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
