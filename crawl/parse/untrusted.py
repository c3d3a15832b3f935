"""JSON and XML from strangers, read with bounds."""

import json
from typing import Any

from lxml import etree  # type: ignore[attr-defined]

XML_BYTES = 60_000_000


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; bytes that are not UTF-8 become U+FFFD.

    Raises ValueError where there is none.
    """
    try:
        value = json.loads(body.decode("utf-8-sig", "replace"))
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"the JSON is a {type(value).__name__}, not an object")
    return value


def at(value: Any, *path: str | int) -> Any:
    """What lies in `value` at `path`; None where anything on the way is absent or of another shape."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: Any, *path: str | int) -> str:
    """The string in `value` at `path`, stripped; empty where there is none. Whole numbers count."""
    found = at(value, *path)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found) if abs(found) < 10**18 else ""
    return found.strip() if isinstance(found, str) else ""


def items(value: Any, *path: str | int) -> list[Any]:
    """The list in `value` at `path`; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def xml_root(body: bytes) -> tuple[etree._Element, str]:
    """The root element of `body`, and what had to be mended to read it (empty: nothing).

    Entities are not expanded, nothing is fetched, a document type is refused. Raises ValueError.
    """
    if len(body) > XML_BYTES:
        raise ValueError(f"the XML holds {len(body)} bytes, more than {XML_BYTES}")
    try:
        root, mended = etree.fromstring(body, _parser()), ""
    except (etree.XMLSyntaxError, ValueError) as error:
        root, mended = _mend(body), str(error)
    if root is None:
        raise ValueError(f"the XML cannot be read: {mended}")
    if root.getroottree().docinfo.doctype:
        raise ValueError("the XML declares a document type, which is refused")
    return root, mended


def _mend(body: bytes) -> etree._Element | None:
    """The root of what can be saved of malformed XML: one bad character must not cost a hundred records."""
    try:
        return etree.fromstring(body, _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _parser(recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, recover=recover)
