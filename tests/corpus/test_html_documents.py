from corpus.documents import read
from corpus.passages import cut

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Small mills and a large brewer | Example</title>
<meta name="author" content="Awa Diallo"><meta name="author" content="Kofi Mensah">
<meta property="article:published_time" content="2019-04-02"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/a">About</a></li></ul></nav><main><article>
<h1>Small mills and a large brewer</h1>
<p>When a brewer asked <b>smallholders</b> for sorghum, the first harvest failed.<br>The second did not,
because the brewer paid for seed &amp; advice in the fields of nine villages.</p>
<h2>What changed</h2><p>Contracts named a price before sowing, which let the growers borrow against them.</p>
<ul><li>Seed came on credit, to be paid back at harvest.</li><li>Side-selling fell to a tenth.</li></ul>
<h3>Figures</h3><table><tr><th>Year</th><th>Tonnes</th></tr><tr><td>2017</td><td>1200</td></tr></table>
<p>Deliveries doubled within three seasons of the first contract.</p></article></main>
<footer>This site uses cookies. Imprint</footer></body></html>"""


def test_main_text_comes_with_its_headings_and_metadata() -> None:
    document = read(PAGE.encode(), "text/html", "page.html")
    assert (document.title, document.year, document.language) == (
        "Small mills and a large brewer",
        2019,
        "en",
    )
    assert document.authors == ("Awa Diallo", "Kofi Mensah")
    assert document.pages is None
    assert [section.heading for section in document.sections] == [
        "Small mills and a large brewer",
        "What changed",
        "Figures",
    ]
    assert "seed & advice" in document.sections[0].text
    assert "failed. The second" in document.sections[0].text


def test_list_items_are_evidence_and_tables_and_furniture_are_not() -> None:
    text = " ".join(passage.text for passage in cut(read(PAGE.encode(), None, "page.html").sections))
    assert "• Side-selling fell to a tenth." in text
    assert not any(word in text for word in ("1200", "Home", "cookies"))


def test_a_page_without_text_is_empty_and_named_after_its_file() -> None:
    document = read(b"<html><body><nav><a href=/>Home</a></nav></body></html>", "text/html", "the_page.html")
    assert (document.outcome, document.title) == ("empty", "the page")
    assert document.reason


def test_entities_and_outside_files_stay_unread() -> None:
    attack = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + PAGE.replace("nine", "&x; nine")
    document = read(attack.encode(), "text/html", "page.html")
    assert document.outcome == "extracted"
    assert "root:" not in str(document.sections)


def test_deep_nesting_does_no_harm() -> None:
    page = PAGE.replace("<article>", "<article>" + "<div>" * 5000)
    assert read(page.encode(), "text/html", "page.html").outcome in ("extracted", "empty")
