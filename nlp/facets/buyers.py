"""Buyers that a text names: organisations beside words that show them buying, or by a trade that buys."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from nlp.facets.facet import Facet
from nlp.facets.files import toml
from nlp.facets.organisations import Mention, clean, is_first_word, is_name, is_programme, mentions
from nlp.facets.places import Entities
from nlp.facets.programmes import Programmes
from nlp.facets.words import Words, fold, is_cited, words

# A name that spaCy may not see: capitalised words in a row.
RUN = re.compile(r"\b[A-Z][\w-]*(?:(?: & |&| )[A-Z][\w-]*)*")
# What spaCy takes for one of these is a firm only where a word for its trade says so; for the others, never.
DOUBTFUL = frozenset("GPE LOC FAC FULL-NAME".split())
NEVER = frozenset("DATE TIME MONEY LANGUAGE LAW EVENT".split())
JOINED = re.compile(r"(?:\s|[\"'“”‘’-])*(?:, (?:e\.g\.|i\.e\.))?(?:\s|[\"'“”‘’(-])*")
LISTED = re.compile(r"['’]?s?(?:,| and|, and| or|, or| &|/|,? as well as) ?(?:the )?")
# No common noun stands so at the start of a sentence: "Nestlé's", "Nestlé buys", "Nestlé trained its".
SURELY_NAME = re.compile(
    r"['’]s |(?:, which)? (?:[a-z]+ )?(?:buys|sources|procures|purchases|orders)\b|(?: [a-z-]+){1,3} its\b"
)
COMMA = re.compile(r"[\"”’)]*, ")
VERBS = frozenset({"supply", "supplied", "supplying"})
REACH = 9

Candidate = tuple[Mention, str]
"""A name that may be a buyer's, and what spaCy takes it for (empty where it takes it for nothing)."""


@cache
def cues() -> dict[str, re.Pattern[str]]:
    """Patterns for the folded words before a name (they end there) and after it (they begin there)."""
    lists = {name: "|".join(folded(one) for one in known) for name, known in toml("buyers.toml").items()}
    # Not "a supplier to retailers" for a retailer, nor "a dealer and importer of" for what it deals in.
    near = r"(?:(?!(?:to|of|for|from|by|with|in|that|which|who)\b)\w+ )"
    templates = {
        "before": r"(?:^|.* )(?P<cue>{before})(?: (?:{between}))*$",
        "making": r"(?:^|.* )(?P<cue>(?:{made}) (?:\w+ ){1,4}?for)(?: (?:{between}))*$"
        r"|(?:^|.* )(?P<to>(?:{brought}) (?:\w+ ){1,4}?to)(?: (?:{between}))*$",
        "trade": r"(?:^|.* )(?:{trades})(?: (?:{linked}))?(?: the| a| an)?$"
        r"|(?:^|.* )(?:{kinds}) (?:{linked})(?: the| a| an)?$",
        "denied": r"\b(?:{denials})(?: \w+){0,3}$",
        "apposed": rf"{near}{{0,5}}(?:{{trades}})\b",
        "other_after": rf"{near}{{0,4}}(?:{{others}})\b",
        "other_before": r"(?:^|.* )(?:{others})(?: (?:{linked}))?$",
        "buying": r"(?:(?:{auxiliaries}) )*(?:{bought})\b(?! by\b| for (?:a|an|the) company\b)",
        "which": r"(?:which|who) (?:(?:{auxiliaries}) )*(?:{bought})\b",
        "having": rf"s {near}{{0,3}}(?:{{suppliers}})\b"
        rf"|(?:{{owned}})\b|{near}{{1,4}}(?:its|their) {near}{{0,2}}(?:{{owned}})\b(?! contract| status)",
        "goods": r"(?:to|in|into|through|on|at|for)\b",
    }
    for name, known in lists.items():
        templates = {one: template.replace(f"{{{name}}}", known) for one, template in templates.items()}
    return {one: re.compile(template) for one, template in templates.items()}


def folded(phrase: str) -> str:
    return " ".join(words(phrase).folded)


def find_buyers(text: Words, entities: Entities, programmes: Programmes) -> list[Facet]:
    """The organisations that a text with its entities shows as buyers, in order; `value` as organisations have it.

    What only sells, funds, certifies or organises is none, nor is a buyer whom the text denies.
    """
    known = candidates(text, entities, programmes)
    shown = [is_shown(text, one) for one in known]
    for order in (1, -1):  # "X, Y and Z buy", "sold to X, Y and Z"
        for i, j in list(pairwise(range(len(known))))[::order]:
            start, end = known[i][0][1], known[j][0][0]
            if LISTED.fullmatch(text.text, start, end) and not (is_other(text, known[i]) or is_other(text, known[j])):
                shown[i] = shown[j] = shown[i] or shown[j]
    facets: dict[str, Facet] = {}
    for ((_, _, value, label), _), is_buyer in zip(known, shown, strict=True):
        if is_buyer:
            facets.setdefault(fold(value), Facet("buyer", value, label))
    return list(facets.values())


def candidates(text: Words, entities: Entities, programmes: Programmes) -> list[Candidate]:
    """The organisations of a text, and the capitalised names that spaCy takes for none, in order."""
    found: list[Candidate] = [(one, "ORG") for one in mentions(text, entities, programmes)]
    taken = [one[:2] for one, _ in found]
    for run in RUN.finditer(text.text):
        start, end, name = run.start(), run.end(), clean(run.group())
        if any(start < e and s < end for s, e in taken) or is_cited(text.text, start, end):
            continue
        labels = [label for s, e, label in entities if start < e and s < end]
        if name and is_name(name) and not NEVER.intersection(labels) and not is_programme(name, programmes):
            found.append(((start, end, name, name), taken_for(name, labels, text.text[max(0, start - 12) : start])))
    return sorted(found)


def taken_for(name: str, labels: list[str], before: str) -> str:
    """spaCy's label of `name`, and our own where it has none at the start of a sentence, or is a person's full name."""
    if "PERSON" in labels and " " in name:
        return "FULL-NAME"
    return labels[0] if labels else ("FIRST" if is_first_word(name, before) else "")


def is_shown(text: Words, candidate: Candidate) -> bool:
    """Whether the words around a name show a buyer."""
    (start, end, _, _), label = candidate
    before, after, patterns = context_before(text, start), context_after(text, end), cues()
    if label == "FIRST" and not SURELY_NAME.match(text.text, end):
        return False
    if label not in DOUBTFUL and (patterns["buying"].match(after) or patterns["which"].match(beyond_comma(text, end))):
        return True
    if is_other(text, candidate):
        return False
    if patterns["trade"].match(before) or patterns["trade"].match(apposed_before(text, start, end)):
        return True
    if patterns["apposed"].match(beyond_comma(text, end)):
        return True
    return label not in DOUBTFUL and (is_sold_to(before, after) or bool(patterns["having"].match(after)))


def is_sold_to(before: str, after: str) -> bool:
    """Whether the words before a name say that something is sold to it; not "supplies Coca-Cola to shops"."""
    patterns = cues()
    for cue in (patterns["before"].match(before), patterns["making"].match(before)):
        if cue and not patterns["denied"].search(before[: cue.start(cue.lastgroup or 0)].strip()):
            return cue[cue.lastgroup or 0] not in VERBS or not patterns["goods"].match(after)
    return False


def is_other(text: Words, candidate: Candidate) -> bool:
    """Whether a name is an agency's, a bank's, an NGO's or a supplier's, whose contracts are no purchases."""
    (start, end, value, label), _ = candidate
    known, (first, *_) = toml("buyers.toml"), label.lower().split()
    if value in toml("organisations.toml")["agencies"] or label.lower().endswith(tuple(known["endings"])):
        return True
    if first in known["others"]:
        return True
    apposed = cues()["other_after"].match(beyond_comma(text, end))
    return bool(apposed or cues()["other_before"].match(context_before(text, start)))


def apposed_before(text: Words, start: int, end: int) -> str:
    """The folded words before a name that stands between commas; nothing where it does not."""
    between = text.text.endswith(", ", 0, start) and text.text.startswith(",", end)
    return context_before(text, start - 2) if between else ""


def beyond_comma(text: Words, end: int) -> str:
    """The folded words after a comma at character `end`; nothing where there is none."""
    comma = COMMA.match(text.text, end)
    return context_after(text, comma.end()) if comma else ""


def context_before(text: Words, start: int) -> str:
    """The folded words before character `start`, as far back as no punctuation parts them."""
    return " ".join(reversed(list(run_of(text, start, -1))))


def context_after(text: Words, end: int) -> str:
    """The folded words after character `end`, as far as no punctuation parts them."""
    return " ".join(run_of(text, end, 1))


def run_of(text: Words, place: int, step: int) -> Iterator[str]:
    """Up to REACH folded words from the character `place` on, forwards or backwards."""
    first = bisect_left(text.starts, place) if step > 0 else bisect_right(text.ends, place) - 1
    for i in range(first, first + step * REACH, step):
        if not 0 <= i < len(text.folded):
            return
        gap = text.text[place : text.starts[i]] if step > 0 else text.text[text.ends[i] : place]
        if not JOINED.fullmatch(gap):
            return
        yield text.folded[i]
        place = text.ends[i] if step > 0 else text.starts[i]
