"""What a facet is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that a passage names: `value` is what a filter compares, `label` what a reader sees.

    `kind` is country (`value` ISO 3166 alpha-2), region (a slug), sector (ISIC Rev. 4 section or `C` with its
    division), programme, organisation, buyer (an organisation shown as such), or figure, which alone has a `number`
    and mostly a `unit`.
    """

    kind: str
    value: str
    label: str
    number: float | None = None
    unit: str | None = None
