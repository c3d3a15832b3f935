"""Facets, found and not judged: countries, regions, sectors, programmes, organisations, buyers, figures, designs."""

from typing import Any

from nlp.facets.buyers import find_buyers
from nlp.facets.design import study_design
from nlp.facets.facet import Facet
from nlp.facets.figures import find_figures, has_figures
from nlp.facets.organisations import find_organisations
from nlp.facets.places import find_places
from nlp.facets.programmes import NONE, Programmes, find_programmes, load_programmes, programmes_version
from nlp.facets.sectors import find_sectors
from nlp.facets.words import words

__all__ = ["Facet", "Programmes", "find", "has_figures", "load_programmes", "programmes_version", "study_design"]

VERSION = "2"
"""Raise it when facets are found otherwise, so that the stage does its work again."""


def find(doc: Any, title: str = "", programmes: Programmes = NONE) -> list[Facet]:
    """The facets of a passage (a spaCy document) and of its work's title, each once, in a fixed order.

    Figures, organisations and buyers are sought in the passage alone, all else in the title too.
    """
    text, heading = words(doc.text), words(title)
    entities = [(e.start_char, e.end_char, e.label_) for e in doc.ents]
    schemes = find_programmes((text, heading), programmes)
    return [
        *find_places([(text, entities), (heading, [])]),
        *find_sectors(text, heading),
        *schemes,
        *find_organisations(text, entities, programmes),
        *find_buyers(text, entities, programmes),
        *find_figures(doc),
    ]
