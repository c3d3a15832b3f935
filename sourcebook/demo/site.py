"""The site of an institution: case studies as pages, reports as PDF, and the odd corners that sites have."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape

from sourcebook.demo import reports
from sourcebook.demo.answer import PDF, TEXT, XML, Answer
from sourcebook.demo.catalogue import NOTICE, Work, as_seen_by, blocks, load

NAME = "Sample Library of Supplier Practice"
HOME_NOTICE = "Invented sample: neither this library nor anything in it exists, and nothing here may be cited."
COOKIES = "We would use cookies to count visits if this library existed. Accept or refuse: it makes no difference."
STYLE = """
body { margin: 0; font: 17px/1.6 Georgia, serif; color: #222; background: #fff }
header, nav, footer, main, .cookies, .sample { padding: .6rem max(1rem, calc(50% - 21rem)) }
header { background: #24435c; color: #fff; font-size: 1.2rem }
header a { color: inherit; text-decoration: none }
nav { background: #eef2f5 }
nav a { margin-right: 1.2rem }
.sample { background: #fff3cd; border-bottom: 1px solid #e0c766; font: 15px/1.4 sans-serif }
.cookies { background: #f5f5f5; font: 14px/1.4 sans-serif }
h1 { line-height: 1.25 }
.byline { color: #555 }
footer { margin-top: 3rem; background: #eef2f5; font: 14px/1.5 sans-serif }
a { color: #1a5a8a }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #181818 }
  nav, footer, .cookies { background: #252a2e }
  .sample { background: #4a3f12; border-color: #6d5c1a }
  .byline { color: #aaa }
  a { color: #8fc1e8 }
}
"""
# These pages lead to works, but are none.
NO_INDEX = '<meta name="robots" content="noindex, follow">\n'
# A path that robots.txt forbids, and one that leads nowhere.
PRIVATE = "/private/minutes"
BROKEN = "/cases/moved-long-ago"


def pages(base: str) -> dict[str, Answer]:
    """All that the site at `base` holds, by path."""
    seen = [as_seen_by(work, "site") for work in load() if work.page]
    found = {
        "/": Answer(home(seen)),
        "/about": Answer(about()),
        PRIVATE: Answer(minutes()),
        "/style.css": Answer(STYLE.encode(), "text/css; charset=utf-8"),
        "/robots.txt": Answer(robots(base), TEXT),
        "/sitemap.xml": Answer(sitemap(base, seen), XML),
    }
    found |= {work.page: Answer(work_page(work, base)) for work in seen}
    return found | {work.pdf: Answer(reports.pdf(work), PDF) for work in load() if work.pdf}


def not_found() -> Answer:
    body = "<h1>Nothing here</h1><p>The page that you asked for is not in this library.</p>"
    return replace(Answer(layout("Nothing here", body)), status=404)


def robots(base: str) -> bytes:
    return f"User-agent: *\nDisallow: /private/\n\nSitemap: {base}/sitemap.xml\n".encode()


def sitemap(base: str, works: Iterable[Work]) -> bytes:
    """A sitemap (https://www.sitemaps.org/protocol.html) of the pages for readers."""
    urls = "".join(f"<url><loc>{escape(base + work.page)}</loc></url>\n" for work in works)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n<url><loc>{escape(base)}/</loc></url>\n{urls}</urlset>\n'
    ).encode()


def layout(title: str, body: str, language: str = "en", meta: str = "", notice: str = HOME_NOTICE) -> bytes:
    """A page around `body`, with all that sites put around their texts."""
    return f"""<!DOCTYPE html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} | {NAME}</title>
<link rel="stylesheet" href="/style.css">
{meta}</head>
<body>
<header><a href="/">{NAME}</a></header>
<nav aria-label="Main">
<a href="/">Home</a> <a href="/about">About</a> <a href="{PRIVATE}">For members</a>
</nav>
<aside class="sample" role="note">{escape(notice)}</aside>
<div class="cookies cookie-notice" role="region" aria-label="Cookies">{COOKIES}</div>
<main>
{body}
</main>
<footer>
<p>{NAME}, 1 Nowhere Row. <a href="/about">About</a> · <a href="/sitemap.xml">Sitemap</a></p>
<p>{HOME_NOTICE}</p>
</footer>
</body>
</html>
""".encode()


def home(works: Iterable[Work]) -> bytes:
    """The front page: everything that the library holds, and a link to what it no longer does."""
    cases: list[str] = []
    papers: list[str] = []
    for work in works:
        about = f" ({work.year})" if work.year else ""
        line = f'<li><a href="{work.page}">{escape(work.title)}</a>{about}</li>'
        (papers if work.pdf else cases).append(line)
    cases.append(f'<li><a href="{BROKEN}">A case that has moved</a></li>')
    lists = (f"<ul>\n{chr(10).join(lines)}\n</ul>" for lines in (cases, papers))
    body = "<h1>{}</h1>\n<h2>Case studies</h2>\n{}\n<h2>Reports</h2>\n{}".format(NAME, *lists)
    return layout("Home", body, meta=NO_INDEX)


def about() -> bytes:
    body = (
        "<h1>About</h1><p>This small site stands for the web sites of institutes. It is served on your own "
        "machine while Sourcebook's demonstration is built, so that there is something to gather.</p>"
    )
    return layout("About", body, meta=NO_INDEX)


def minutes() -> bytes:
    body = "<h1>Minutes</h1><p>The file robots.txt asks visitors like Sourcebook not to read this page.</p>"
    return layout("Minutes", body)


def work_page(work: Work, base: str) -> bytes:
    """A case study in full, or the way to a report's PDF; the abstract is in the metadata only."""
    names = ", ".join(map(str, work.authors))
    byline = ". ".join(filter(None, (names, work.container, str(work.year or ""))))
    if work.pdf:
        text = f'<p><a href="{work.pdf}" type="application/pdf">Read the report (PDF)</a></p>\n'
    else:
        text = "".join(f"<{tag}>{marked}</{tag}>\n" for tag, marked in tagged(work.body))
    head = f'<h1>{escape(work.title)}</h1>\n<p class="byline">{escape(byline)}</p>\n'
    body = f"<article>\n{head}{text}</article>"
    return layout(work.title, body, work.language, meta(work, base), NOTICE)


def tagged(body: str) -> Iterator[tuple[str, str]]:
    """The blocks of `body` with the tags of HTML that they stand in."""
    return (("h2" if heading else "p", marked) for heading, marked in blocks(body))


def meta(work: Work, base: str) -> str:
    """The tags that Google Scholar reads (`citation_*`), and Dublin Core."""
    report = work.publisher if work.type == "report" else ""
    tags = [
        ("og:site_name", work.container),
        ("citation_title", work.title),
        *(("citation_author", author.inverted) for author in work.authors),
        ("citation_publication_date", str(work.year or "")),
        ("citation_doi", work.doi),
        ("citation_language", work.language),
        ("citation_technical_report_institution", report),
        ("citation_publisher", work.publisher),
        ("citation_keywords", "; ".join(work.keywords)),
        ("citation_pdf_url", base + work.pdf if work.pdf else ""),
        ("DC.title", work.title),
        *(("DC.creator", author.inverted) for author in work.authors),
        ("DC.date", str(work.year or "")),
        ("DC.language", work.language),
        ("DC.publisher", work.publisher),
        ("DC.description", work.abstract),
        ("DC.rights", "https://creativecommons.org/licenses/by/4.0/"),
    ]
    return "".join(
        f'<meta {"property" if name.startswith("og:") else "name"}="{name}" content="{escape(value)}">\n'
        for name, value in tags
        if value
    )
