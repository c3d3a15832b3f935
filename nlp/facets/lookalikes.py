"""What looks like a figure and is none: standards, tables, years, statistics, dates, links, telephones."""

import re
from functools import cache

from nlp.facets.files import toml

PER_CENT = r"\s?(?:%|per ?cent)"
MANY = rf"(?:(?:,| and|,? or| to|–|-|/) ?\d[\d:.-]*\b(?!{PER_CENT}))*"
PARTS = {
    "link": r"https?://\S+|www\.\S+|\b[\w.+-]{1,64}@\S+|\b10\.\d{4,}/\S+|\b(?:doi|DOI):\s?\S+",
    "document": r"\b[A-Z]{1,5}[./]\d[\w./-]*",
    "code": r"\b[A-QS-Z]-?\d[\d.]*\b|\bR-?\d{1,3}\b(?![.,]\d|\s?(?:m|bn|million|billion)\b)",
    "standard": rf"(?:{{standards}})(?:[ /-](?:IEC|TS|EN|ISO))*[\s-]?(?:No\. ?)?\d[\d.:-]*\b{MANY}",
    "label": rf"(?:{{labels}})[ \u00a0]?\d[\d.:-]*\b(?!{PER_CENT}){MANY}",
    "statistic": r"(?:{statistics})(?:\s?\(\d[\d, .]*\)|[²2]|-?squared)?"
    r"\s?[=<>≤≥:]\s?[-−–+]?\s?[£$]?\d*[.,]?\d[\d.,]*\s?%?",
    "confidence": rf"\d+(?:\.\d+)?{PER_CENT}[ -](?:CIs?\b|confidence|credible|significance|level\b)",
    "level": r"at (?:the )?\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)*(?:,? (?:and|or|to) \d+(?:\.\d+)?)?"
    rf"{PER_CENT}[ -](?:significance |confidence )?(?:level|significance)",
    "bracket": r"\[\d[\d,; –-]*\]",
    "telephone": r"\+\d[\d ()-]{6,}\d",
    "years": rf"(?:19|20)\d\d\s?(?:[–—/-]|to|and)\s?(?:(?:19|20)\d\d|\d\d)\b(?!{PER_CENT})",
    "clock": r"\d{1,2}[:.]\d\d ?(?:a\.?m\.?|p\.?m\.?|hrs|GMT)\b|\d{1,2}:\d\d\b|24/7\b",
    "date": r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{4}-\d\d-\d\d\b",
}


@cache
def lookalike() -> re.Pattern[str]:
    """All that looks like a figure and is none; nothing starts inside a word, which spares most of the tries."""
    pattern = "|".join(f"(?:{part})" for part in PARTS.values())
    for name in ("standards", "labels", "statistics"):
        known = sorted(toml("figures.toml")[name], key=len, reverse=True)
        pattern = pattern.replace(f"{{{name}}}", "|".join(map(re.escape, known)))
    return re.compile(rf"(?<!\w)(?:{pattern})")


def blanked(text: str) -> str:
    """`text`, as long as it was, with an underscore for each character of what only looks like a figure."""
    return lookalike().sub(lambda match: "_" * len(match.group()), text)
