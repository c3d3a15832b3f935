import pytest

from corpus.prose import kind, language, words

PROSE = [
    "The brewer bought sorghum from 400 smallholders, who had never sold to a factory before.",
    "• Late payment drove two workshops out of the trade.",
    "Las pequeñas empresas venden poco a las grandes.",
    "小さな会社は大きな会社に部品を売っています。",
    "تبيع الشركات الصغيرة منتجاتها إلى الشركات الكبيرة كل عام.",
    "THE MILL SOLD ITS FLOUR TO A RETAILER WITH SHOPS IN NINE TOWNS OF THE REGION.",
    "© 2021 Example Press. This paper studies how a retailer trained the growers of nine villages, and what"
    " they made of it: contracts with a floor price, seed on credit, and advice in the fields. It finds that"
    " deliveries doubled within three seasons, while side-selling fell to a tenth of what it had been.",
    "Between 2014 and 2016, 34 per cent of 1,200 firms sold to a larger one (Osei et al., 2015; Sow, 2017).",
    "the mill which had for years sold all of its flour to the one retailer in town and to nobody else",
]
OTHER = [
    ("", "fragment"),
    ("Home", "fragment"),
    ("About us Contact Imprint", "fragment"),
    ("Mobile ownership", "fragment"),
    ("Key findings", "fragment"),
    ("12 14 2.5 88 (3.1) 17", "numbers"),
    ("Ghana 12 14 2.5 88 (3.1) 17 Kenya 4 5", "numbers"),
    ("1   2   3   4 ... 41", "numbers"),
    ("Introduction ........ 3 Method ........ 9", "contents"),
    ("Introduction 5 Buyers and makers 7 What the makers earn 14 Annex 30", "contents"),
    ("Osei, K. B. (2019). Mills and buyers. Journal of Invented Trade, 4(2), 11–29.", "references"),
    ("[12] K. Osei, “Mills and buyers,” J. Invented Trade, vol. 4, pp. 11–29, 2019.", "references"),
    ("Osei, Kofi, and Awa Diallo. 2019. “Mills and Buyers.” Working Paper 7, Accra.", "references"),
    ("T h e m i l l s o l d f l o u r", "garbage"),
    ("\ufffd\ufffd\ufffd the mill \ufffd\ufffd sold flour \ufffd\ufffd to", "garbage"),
    ("buy buy buy buy buy buy buy now buy now", "garbage"),
    ("This work is licensed under a Creative Commons licence.", "notice"),
    ("© 2019 Example Press. All rights reserved.", "notice"),
    ("This site uses cookies to count its readers.", "notice"),
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_prose(text: str) -> None:
    assert kind(text) == "prose"


@pytest.mark.parametrize(("text", "expected"), OTHER)
def test_what_surrounds_prose_is_named(text: str, expected: str) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PROSE[0], None),
        ("The mill sold its flour to the retailer, and this was the start of a trade that is with us.", "en"),
        ("Les petites entreprises sont dans une chaîne, et les grands acheteurs sont au bout.", "fr"),
        ("Die Mühle verkauft das Mehl nicht mit Gewinn, und der Händler ist auch nicht reich.", "de"),
        ("", None),
        ("x" * 50, None),
    ],
)
def test_language_is_told_by_its_commonest_words_or_not_at_all(text: str, code: str | None) -> None:
    assert language(text) == code


def test_words_of_scripts_without_spaces_count_by_two_characters() -> None:
    assert words("小さな会社 sells parts") == 5
