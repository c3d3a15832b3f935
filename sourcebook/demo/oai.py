"""A repository that speaks OAI-PMH 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html)."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from datetime import datetime
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, SubElement, tostring

from sourcebook.demo.answer import XML, Answer
from sourcebook.demo.oai_records import (
    OAI,
    OAI_DC,
    SETS,
    XSI,
    Entry,
    add_header,
    add_record,
    children,
    entries,
)

PAGE = 10
# This repository's clock stands still, so that the same question has the same bytes and the same ETag.
NOW = "2025-06-30T12:00:00Z"
FORMAT = (
    ("metadataPrefix", "oai_dc"),
    ("schema", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"),
    ("metadataNamespace", OAI_DC),
)
# Verb: (arguments it needs, arguments it allows). A resumption token stands alone.
VERBS: dict[str, tuple[set[str], set[str]]] = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), set()),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}),
}
RESUMED = ("ListIdentifiers", "ListRecords", "ListSets")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Refused(ValueError):
    """An error of the protocol: its code, and words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def answer(query: str, base: str) -> Answer:
    """The answer to a request with the arguments `query`; `base` is the address of the site."""
    root = Element(f"{{{OAI}}}OAI-PMH", {f"{{{XSI}}}schemaLocation": f"{OAI} {OAI}OAI-PMH.xsd"})
    SubElement(root, f"{{{OAI}}}responseDate").text = NOW
    request = SubElement(root, f"{{{OAI}}}request")
    request.text = f"{base}/oai"
    try:
        asked = arguments(query)
        request.attrib.update(asked)
        root.append(respond(asked, base))
    except Refused as error:
        SubElement(root, f"{{{OAI}}}error", {"code": error.code}).text = str(error)
    return Answer(tostring(root, "utf-8", xml_declaration=True), XML)


def arguments(query: str) -> dict[str, str]:
    """The arguments, checked against the verb's. Raises badVerb and badArgument."""
    pairs = parse_qsl(query, keep_blank_values=True)
    asked = dict(pairs)
    verb = asked.get("verb", "")
    if verb not in VERBS or [name for name, _ in pairs].count("verb") > 1:
        raise Refused("badVerb", "The verb is missing, repeated or none of the protocol's.")
    names = {name for name, _ in pairs} - {"verb"}
    needed, allowed = VERBS[verb]
    if "resumptionToken" in names and verb in RESUMED:
        needed, allowed = {"resumptionToken"}, set()
    wrong = (names - needed - allowed) | (needed - names)
    if wrong:
        raise Refused(
            "badArgument", f"Missing or not allowed with {verb}: {NOT_XML.sub('', ', '.join(sorted(wrong)))}."
        )
    if len(pairs) > len(asked) or any(NOT_XML.search(value) for value in asked.values()):
        raise Refused("badArgument", "An argument is repeated or holds characters that XML cannot.")
    return asked


def respond(asked: dict[str, str], base: str) -> Element:
    """The element named after the verb, filled."""
    verb = asked["verb"]
    told = Element(f"{{{OAI}}}{verb}")
    match verb:
        case "Identify":
            identify(told, base)
        case "ListMetadataFormats":
            if "identifier" in asked:
                entry_of(asked["identifier"])
            children(SubElement(told, f"{{{OAI}}}metadataFormat"), FORMAT)
        case "ListSets":
            list_sets(told, asked)
        case "GetRecord":
            check_format(asked["metadataPrefix"])
            add_record(told, entry_of(asked["identifier"]), base)
        case _:
            list_entries(told, asked, base)
    return told


def identify(told: Element, base: str) -> None:
    facts = (
        ("repositoryName", "Sample repository of invented works"),
        ("baseURL", f"{base}/oai"),
        ("protocolVersion", "2.0"),
        ("adminEmail", "nobody@example.org"),
        ("earliestDatestamp", min(entry.datestamp for entry in entries())),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    )
    children(told, facts)


def list_sets(told: Element, asked: dict[str, str]) -> None:
    if "resumptionToken" in asked:
        raise Refused("badResumptionToken", "The list of sets is given in one piece.")
    held = Counter(entry.set for entry in entries())
    for spec, name in SETS.values():
        if held[spec]:
            children(SubElement(told, f"{{{OAI}}}set"), (("setSpec", spec), ("setName", name)))


def entry_of(identifier: str) -> Entry:
    found = next((entry for entry in entries() if entry.identifier == identifier), None)
    if found is None:
        raise Refused("idDoesNotExist", f"There is no record {identifier}.")
    return found


def check_format(prefix: str) -> None:
    if prefix != "oai_dc":
        raise Refused("cannotDisseminateFormat", f"There is no format {prefix}, only oai_dc.")


def list_entries(told: Element, asked: dict[str, str], base: str) -> None:
    """A page of headers or records, and the token of the next."""
    query, start = resumed(asked) if "resumptionToken" in asked else (asked, 0)
    found = chosen(query)
    if start >= len(found):
        raise Refused("badResumptionToken", "The token is none that was given out.")
    for entry in found[start : start + PAGE]:
        if asked["verb"] == "ListRecords":
            add_record(told, entry, base)
        else:
            add_header(told, entry)
    if len(found) > PAGE:
        about = {"completeListSize": str(len(found)), "cursor": str(start)}
        element = SubElement(told, f"{{{OAI}}}resumptionToken", about)
        element.text = token(query, start + PAGE) if start + PAGE < len(found) else None


def chosen(query: dict[str, str]) -> list[Entry]:
    """The records that the arguments ask for. Raises noRecordsMatch where there are none."""
    check_format(query["metadataPrefix"])
    first, last = query.get("from", ""), query.get("until", "")
    for moment in filter(None, (first, last)):
        check_moment(moment)
    if first and last and (len(first) != len(last) or first > last):
        raise Refused("badArgument", "`from` and `until` differ in granularity, or `from` is later.")
    size = len(last) or None
    found = [
        entry
        for entry in entries()
        if entry.datestamp >= first
        and entry.datestamp[:size] <= (last or entry.datestamp)
        and entry.set == query.get("set", entry.set)
    ]
    if not found:
        raise Refused("noRecordsMatch", "No record meets the arguments.")
    return found


def check_moment(text: str) -> None:
    """Accept a day or a second in UTC that exists."""
    try:
        if not (DAY.fullmatch(text) or SECOND.fullmatch(text)):
            raise ValueError
        datetime.fromisoformat(text)
    except ValueError:
        raise Refused("badArgument", f"{text} is neither YYYY-MM-DD nor YYYY-MM-DDThh:mm:ssZ.") from None


def token(query: dict[str, str], start: int) -> str:
    """An opaque word for where the list goes on."""
    return urlsafe_b64encode(json.dumps([query, start], separators=(",", ":")).encode()).decode()


def resumed(asked: dict[str, str]) -> tuple[dict[str, str], int]:
    """The arguments and the place that a token stands for: only what `token` makes of them is one."""
    given = asked["resumptionToken"]
    try:
        query, start = json.loads(urlsafe_b64decode(given.encode("ascii")))
        sound = type(start) is int and start > 0 and token(query, start) == given
        if sound and query["verb"] == asked["verb"]:
            chosen(query)
            return query, start
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise Refused("badResumptionToken", "The token is none that was given out.")
