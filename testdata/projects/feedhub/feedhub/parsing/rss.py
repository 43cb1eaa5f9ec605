"""A forgiving reader for RSS 2.0 and Atom."""

from __future__ import annotations

import re
from typing import Iterator
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from feedhub.models import Entry

CHUNK = 16_384
SPACE = re.compile(r"\s+")


def _local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _clean(text: str | None) -> str:
    return SPACE.sub(" ", text or "").strip()


def _to_entry(element: Element) -> Entry | None:
    fields: dict[str, str] = {}
    for child in element:
        name = _local_name(child)
        value = child.get("href") if name == "link" and child.get("href") else child.text
        fields.setdefault(name, _clean(value))
    link = fields.get("link", "")
    guid = fields.get("guid") or fields.get("id") or link
    if not guid:
        return None
    summary = fields.get("description") or fields.get("summary") or ""
    return Entry(guid=guid, title=fields.get("title", ""), link=link, summary=summary)


def read_entries(document: str) -> Iterator[Entry]:
    """Yields entries as far as the document can be read."""
    parser = XMLPullParser(events=("end",))
    for start in range(0, len(document), CHUNK):
        parser.feed(document[start : start + CHUNK])
        try:
            for _, element in parser.read_events():
                if _local_name(element) in ("item", "entry"):
                    entry = _to_entry(element)
                    element.clear()
                    if entry is not None:
                        yield entry
        except ParseError:
            return
