"""From a source's fields to a CSL-JSON item: formats say which of their fields is which, the rest is here."""

import re
from collections.abc import Iterable, Mapping

from corpus import csl
from corpus.csl import Name
from corpus.records import Item

Fields = Mapping[str, list[str]]
"""The values of one entry by the format's own names (RIS tags, BibTeX fields, column headers)."""

Columns = Mapping[str, tuple[str, ...]]
"""Which of a format's fields hold what, first come first: keys are CSL's names and those of `assemble`."""

LINES = (
    "title container-title collection-title volume issue number edition publisher publisher-place "
    "event-title event-place PMID PMCID"
).split()

DOCUMENT_TYPES = {
    "article": "article-journal",
    "journal article": "article-journal",
    "review": "article-journal",
    "short survey": "article-journal",
    "editorial": "article-journal",
    "editorial material": "article-journal",
    "letter": "article-journal",
    "note": "article-journal",
    "data paper": "article-journal",
    "erratum": "article-journal",
    "correction": "article-journal",
    "retracted": "article-journal",
    "conference paper": "paper-conference",
    "conference review": "paper-conference",
    "conference proceedings article": "paper-conference",
    "conference proceedings": "paper-conference",
    "proceedings paper": "paper-conference",
    "proceeding": "paper-conference",
    "meeting abstract": "paper-conference",
    "book chapter": "chapter",
    "chapter": "chapter",
    "book": "book",
    "edited book": "book",
    "monograph": "book",
    "report": "report",
    "working paper": "report",
    "dissertation": "thesis",
    "thesis": "thesis",
    "preprint": "article",
    "dataset": "dataset",
    "patent": "patent",
}
"""CSL types by what Scopus, Web of Science, Lens and Dimensions call kinds of documents."""

# What Scopus puts into notes about the record rather than the work.
CHATTER = re.compile(
    r"(?:cited by|export date|references|coden|correspondence address|funding|conference code|tradenames|"
    r"manufacturers|chemicals|molecular seq)\b",
    re.IGNORECASE,
)
EID = re.compile(r"\beid=(2-s2\.0-\d+)")

ALL = frozenset({"ISSN", "ISBN"})
NO_ABSTRACT = re.compile(r"\[?no abstract available\]?\.?", re.IGNORECASE)

NUMBERED = frozenset({"report", "patent", "standard", "legislation", "bill", "document", "webpage", "dataset"})
"""Types whose number is a number of their own, not a journal's issue."""


def pick(fields: Fields, columns: Columns) -> dict[str, list[str]]:
    """For each of `columns`, the values of its first field that has any; all of them for serial numbers."""
    found = {name: [v for tag in tags for v in fields.get(tag, [])] for name, tags in columns.items() if name in ALL}
    found |= {
        name: next((v for tag in tags if (v := fields.get(tag))), [])
        for name, tags in columns.items()
        if name not in ALL
    }
    return {name: kept for name, values in found.items() if (kept := [v for v in values if v.strip()])}


def assemble(values: Fields, kind: str, author: list[Name], editor: list[Name]) -> Item:
    """A CSL-JSON item of type `kind` unless `document-type` knows better.

    Beside CSL's names, `values` may hold `date`, `year`, `month`, `page-first`, `page-last`,
    `article-number`, `document-type`, `access`, `licence` and `pdf_url`.
    """
    item: Item = {name: csl.plain(values[name][0]) for name in LINES if name in values}
    # Web of Science marks special issues.
    item["issue"] = re.sub(r",?\s*\bSI$", "", item.get("issue", ""))
    known = document_type(first(values, "document-type"))
    item["type"] = known or kind
    item["genre"] = csl.plain(first(values, "document-type")) if not known or item["type"] == "report" else ""
    item["author"], item["editor"] = author, editor
    abstract = csl.plain(" ".join(values.get("abstract", [])))
    item["abstract"] = "" if NO_ABSTRACT.fullmatch(abstract) else abstract
    item["note"] = csl.plain("; ".join(values.get("note", [])))
    item["issued"] = issued(values)
    item["page"] = pages(values)
    item["DOI"] = next((found for text in values.get("DOI", []) if (found := csl.doi(text))), None)
    item["URL"] = next((url for text in values.get("URL", []) if (url := address(text))), None)
    item["ISSN"], item["ISBN"] = serials([*values.get("ISSN", []), *values.get("ISBN", [])])
    item["keyword"] = "; ".join(keywords(values.get("keyword", [])))
    item["language"] = csl.language(first(values, "language")) or csl.plain(first(values, "language"))
    item["custom"] = compact({name: csl.plain(first(values, name)) for name in ("access", "licence", "pdf_url")})
    if item["type"] in NUMBERED and not item.get("number"):
        item["number"] = item.pop("issue", "")
    return compact(item)


def first(values: Fields, name: str) -> str:
    return next(iter(values.get(name, [])), "")


def compact(item: Item) -> Item:
    return {key: value for key, value in item.items() if value not in (None, "", [], {})}


def document_type(text: str) -> str:
    """The CSL type for "Article; Book Chapter" and the like, empty where unknown; any chapter tells."""
    known = [kind for part in text.split(";") if (kind := DOCUMENT_TYPES.get(part.strip().lower()))]
    return "chapter" if "chapter" in known else next(iter(known), "")


def issued(values: Fields) -> Item:
    """The fullest date that does not contradict the year."""
    year = csl.date(first(values, "year"))
    tried = [*values.get("date", []), *values.get("year", [])]
    tried += [f"{month} {first(values, 'year')}" for month in values.get("month", [])]
    dates = [date for text in tried if (date := csl.date(text))]
    agreeing = [d for d in dates if not year or d["date-parts"][0][0] == year["date-parts"][0][0]]
    return max(agreeing, key=lambda d: len(d["date-parts"][0]), default=year)


def pages(values: Fields) -> str:
    """Pages as "12" or "12-13", else the number of the article."""
    text = first(values, "page") or first(values, "page-first") or first(values, "article-number")
    if "page" not in values and (last := first(values, "page-last")):
        text = f"{text}-{last}"
    ends = [end for end in re.split(r"\s*[-‐‑–—]+\s*", csl.plain(text)) if end]
    return "-".join(ends[:1] if len(ends) == 2 and ends[0] == ends[1] else ends)


def address(text: str) -> str:
    """The first web address in `text`."""
    found = re.search(r"(?:https?|ftp)://[^\s<>\"]+", text)
    return found.group().rstrip(".,;") if found else ""


def serials(texts: Iterable[str]) -> tuple[str, str]:
    """The ISSNs and the ISBNs in `texts`, told apart by their length."""
    words = [word.strip("().[]") for text in texts for word in re.split(r"[\s,;]+", text)]
    bare = {word: word.replace("-", "").upper() for word in words if re.fullmatch(r"[\d-]+[xX]?", word)}
    issns = [f"{code[:4]}-{code[4:]}" for code in bare.values() if len(code) == 8]
    isbns = [word for word, code in bare.items() if len(code) in (10, 13)]
    return ", ".join(dict.fromkeys(issns)), ", ".join(isbns)


def keywords(texts: Iterable[str]) -> list[str]:
    """The keywords in `texts`, which semicolons part, each once."""
    return list(dict.fromkeys(word for text in texts for part in text.split(";") if (word := csl.plain(part))))


def persons(texts: Iterable[str]) -> list[Name]:
    """Names given one by one."""
    return [name for text in texts if (name := csl.name(csl.plain(text)))]


def people(text: str) -> list[Name]:
    """The names in one cell: "A, B; C, D", Scopus' "Xue J., Wang Q." and its glued "Ng A.H.C.Holm M."."""
    text = re.sub(r"\s*\(\d+\)", "", csl.plain(text))
    if ";" in text:
        return persons(text.split(";"))
    parts = [part.strip() for part in text.split(",") if part.strip()]
    # "Smith, John A." is one person: what stands before the first comma must have initials already.
    if parts and re.search(r"\S \S*\.$", parts[0]):
        return persons(glued for part in parts for glued in re.split(r"(?<=\.)(?=[^\W\d_][\w'’-]+\.? )", part))
    return persons([text])
