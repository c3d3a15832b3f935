"""Where sitemaps are named, and what they may look like."""

from crawl.parse import sitemap

URL = "https://site.example/robots.txt"


def test_robots_txt_names_sitemaps() -> None:
    robots = "User-agent: *\r\nSitemap: https://site.example/a.xml\r\n  SITEMAP : /b.xml.gz # ours\r\n"
    assert sitemap.named_in_robots(robots, URL) == (
        "https://site.example/a.xml",
        "https://site.example/b.xml.gz",
    )


def test_a_sitemap_may_be_lines_of_text() -> None:
    assert sitemap.parse(b"https://site.example/a\n\nhttps://site.example/b\n", URL).pages == (
        "https://site.example/a",
        "https://site.example/b",
    )


def test_another_document_is_an_error() -> None:
    assert sitemap.parse(b"<html><body>Not found</body></html>", URL).error == "not a sitemap but <html>"
