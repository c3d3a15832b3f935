"""Fields that every source writes in its own way, brought to CSL-JSON's."""

import html
import re
from datetime import date
from typing import Any
from urllib.parse import unquote

import pycountry

RESOLVER = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|info:doi/|urn:doi:|doi:\s*)", re.IGNORECASE)
DOI = re.compile(r"10\.\d{4,9}/\S+")
DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?(?!\d)")
MARKUP = re.compile(
    r"</?(?:jats:|mml:)?(?:abstract|title|sec|p|i|b|u|em|strong|italic|bold|sub|sup|sc|span|div|br|ul|ol|li|a"
    r"|list|list-item|label|ext-link|xref|inline-formula|disp-formula|tex-math|alternatives|math|m[a-z]{1,9})"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
BLOCK = re.compile(r"</(?:jats:)?(?:p|title|sec|div|li|list-item)>|<br\s*/?>", re.IGNORECASE)
CREATIVE_COMMONS = re.compile(r"creativecommons\.org/(?:licenses/([a-z-]+)/(\d\.\d)|(publicdomain/zero))")


def doi(value: str) -> str:
    """The DOI that `value` is, lower case and without resolver; empty where it is none."""
    bare = RESOLVER.sub("", unquote(value.strip())).strip()
    return bare.lower() if DOI.fullmatch(bare) else ""


def issued(value: str) -> dict[str, Any] | None:
    """The date that `value` begins with (ISO 8601, or with / or .), in CSL's form; None without one."""
    found = DATE.match(value.strip())
    return date_parts(*(int(part) for part in found.groups() if part)) if found else None


def date_parts(year: int, month: int = 0, day: int = 0) -> dict[str, Any] | None:
    """A CSL date of as many of the parts as make sense; None where the year makes none."""
    if not 1000 <= year <= 2200:
        return None
    parts = [year]
    if 1 <= month <= 12:
        parts.append(month)
        if _is_day(year, month, day):
            parts.append(day)
    return {"date-parts": [parts]}


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def plain(markup: str) -> str:
    """`markup` (JATS, HTML or text with entities) as text, a line a paragraph."""
    for _ in range(2):  # some deposit their markup escaped
        if BLOCK.search(markup):  # then its own line breaks mean nothing
            markup = BLOCK.sub("\n", " ".join(markup.split()))
        markup = html.unescape(MARKUP.sub("", markup))
    lines = (" ".join(line.split()) for line in markup.splitlines())
    return "\n".join(line for line in lines if line)


def abstract(markup: str) -> str:
    """`plain`, without the heading "Abstract"."""
    return re.sub(r"\A(?:abstract|summary)\b[\s:.]*(?=\n|[A-Z])", "", plain(markup), flags=re.IGNORECASE)


def line(markup: str) -> str:
    """`plain`, on one line."""
    return " ".join(plain(markup).split())


def language(value: str) -> str:
    """The ISO 639-1 code of a language given as code, locale or English name; as given where it has none."""
    bare = value.strip()
    head = re.split(r"[-_]", bare)[0].lower()
    if len(head) == 2:
        return head
    fields = ("alpha_3", "bibliographic") if len(head) == 3 else ("name",)
    for field in fields:
        found = pycountry.languages.get(**{field: head if len(head) == 3 else bare.capitalize()})
        if found:
            return str(getattr(found, "alpha_2", found.alpha_3))
    return bare[:40]


def licence(value: str) -> str:
    """A licence as a short name where its URL is known (`cc-by-4.0`), otherwise as given, lower case."""
    found = CREATIVE_COMMONS.search(value.lower())
    if not found:
        return value.strip().lower()
    kind, version, _ = found.groups()
    return f"cc-{kind}-{version}" if kind else "cc0-1.0"
