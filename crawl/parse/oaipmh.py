"""Answers of OAI-PMH 2.0 to ListRecords, in Dublin Core.

http://www.openarchives.org/OAI/openarchivesprotocol.html
"""

import re
from collections.abc import Iterable

from lxml import etree  # type: ignore[attr-defined]

from corpus.records import Item, Record
from crawl.parse import Page, Skipped, fields, read_items
from crawl.parse.names import name
from crawl.parse.untrusted import xml_root

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = ("{http://purl.org/dc/elements/1.1/}", "{http://purl.org/dc/terms/}")

# The first that is found in a dc:type counts: the words of COAR, of info:eu-repo and of DSpace.
TYPES = (
    ("thesis", "thesis"),
    ("dissertation", "thesis"),
    ("conference", "paper-conference"),
    ("bookpart", "chapter"),
    ("book part", "chapter"),
    ("book chapter", "chapter"),
    ("book section", "chapter"),
    ("workingpaper", "report"),
    ("working paper", "report"),
    ("report", "report"),
    ("policy brief", "report"),
    ("preprint", "article"),
    ("article", "article-journal"),
    ("book", "book"),
    ("dataset", "dataset"),
    ("lecture", "speech"),
    ("presentation", "speech"),
    ("software", "software"),
)
ACCESS = re.compile(r"(open|embargoed|restricted|closed)\s?access", re.IGNORECASE)


def parse(body: bytes) -> Page:
    """The records of a list; `next` is its resumption token. `noRecordsMatch` is an empty list."""
    try:
        root, mended = xml_root(body)
    except ValueError as error:
        return Page(error=str(error))
    if root.tag != f"{OAI}OAI-PMH":
        return Page(error=f"not OAI-PMH: the document begins with <{etree.QName(root).localname}>")
    problem = failure(root)
    if problem:
        return problem
    found = list(root.iter(f"{OAI}record"))
    deleted = [element for element in found if is_deleted(element)]
    records, skipped = read_items((e for e in found if not is_deleted(e)), key, record)
    gone = tuple(Skipped(key(e), "deleted at the source", "deleted") for e in deleted)
    note = (Skipped("the page", f"malformed XML was mended: {mended}"),) if mended else ()
    token = root.find(f".//{OAI}resumptionToken")
    return Page(records=records, skipped=note + skipped + gone, next=content(token))


def failure(root: etree._Element) -> Page | None:
    """What the protocol's error codes mean: None where there are none."""
    errors = {e.get("code") or "error": content(e) for e in root.findall(f"{OAI}error")}
    if not errors or set(errors) == {"noRecordsMatch"}:
        return Page() if errors else None
    said = "; ".join(f"{code}: {words}" if words else code for code, words in errors.items())
    return Page(error=said, expired="badResumptionToken" in errors)


def content(element: etree._Element | None) -> str:
    """The text directly in `element`, stripped."""
    return (element.text or "").strip() if element is not None else ""


def key(element: etree._Element) -> str:
    return content(element.find(f"{OAI}header/{OAI}identifier"))


def is_deleted(element: etree._Element) -> bool:
    header = element.find(f"{OAI}header")
    return header is not None and header.get("status") == "deleted"


def record(element: etree._Element) -> Record:
    """A record as CSL-JSON. Raises ValueError where it has no identifier, no Dublin Core or no title."""
    found = dublin_core(element)
    if not key(element):
        raise ValueError("the record has no identifier")
    if not found:
        raise ValueError("the record holds no Dublin Core")
    if not found.get("title"):
        raise ValueError("the record has no title")
    return Record(key(element), item(found))


def dublin_core(element: etree._Element) -> dict[str, list[str]]:
    """The values of each Dublin Core element, in their order."""
    found: dict[str, list[str]] = {}
    for child in element.iterfind(f"{OAI}metadata//*"):
        if isinstance(child.tag, str) and child.tag.startswith(DC) and content(child):
            found.setdefault(etree.QName(child).localname, []).append(content(child))
    return found


def item(found: dict[str, list[str]]) -> Item:
    """Dublin Core as CSL-JSON."""

    def values(element: str) -> list[str]:
        return found.get(element, [])

    identifiers = values("identifier")
    doi = next(filter(None, map(fields.doi, identifiers)), "")
    kind = csl_type(values("type"))
    title = fields.line(values("title")[0])
    return {
        "type": kind,
        "title": title,
        "author": [name(fields.line(creator)) for creator in values("creator")],
        "issued": issued(values("date")),
        "DOI": doi,
        "URL": f"https://doi.org/{doi}" if doi else next(filter(is_web, identifiers), ""),
        "abstract": fields.abstract("\n".join(values("description") or values("abstract"))),
        "keyword": "; ".join(map(fields.line, values("subject"))),
        "language": fields.language(next(iter(values("language")), "")),
        "publisher": next(iter(values("publisher")), ""),
        "container-title": container(values("source")) if kind in ("article-journal", "chapter") else "",
        "custom": {
            "access": access(values("rights") + values("accessRights")),
            "licence": licence(values("rights") + values("license")),
            "pdf_url": next((u for u in identifiers if is_web(u) and u.lower().endswith(".pdf")), ""),
        },
    }


def is_web(identifier: str) -> bool:
    return identifier.startswith(("http://", "https://"))


def csl_type(types: Iterable[str]) -> str:
    """CSL's type of the first word known, whichever of the types holds it."""
    said = " ".join(types).lower()
    return next((kind for word, kind in TYPES if word in said), "document")


def issued(dates: list[str]) -> Item | None:
    """The date of issue: repositories add times of deposit, which carry a time of day."""
    days = [d for d in dates if "T" not in d] or dates
    known = [found for found in map(fields.issued, days) if found]
    return min(known, key=lambda found: list(found["date-parts"][0])) if known else None


def container(sources: list[str]) -> str:
    return next((fields.line(s) for s in sources if not is_web(s) and not re.match(r"(?i)issn|isbn|\d", s)), "")


def access(rights: list[str]) -> str:
    """Open, embargoed, restricted or closed (info:eu-repo's vocabulary); empty where nothing is said."""
    found = next(filter(None, map(ACCESS.search, rights)), None)
    return found.group(1).lower() if found else ""


def licence(rights: list[str]) -> str:
    """The first known licence, otherwise the first statement of rights that is not one of access."""
    stated = [r for r in rights if not ACCESS.search(r)]
    known = [r for r in stated if fields.CREATIVE_COMMONS.search(r.lower())]
    return fields.licence(next(iter(known + stated), ""))[:200]
