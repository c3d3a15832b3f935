"""TeX to Unicode and back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.formats.tex import decode, encode, unescape


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"M{\"u}ller, M\"uller, M\"{u}ller", "Müller, Müller, Müller"),
        (r"Na\~n\~ao Pi\~{n}a", "Nañão Piña"),
        (r"\'{\i} \'\i{} {\ss} S{\o}ren \v{S}koda \c{c}a", "í í ß Søren Škoda ça"),
        (r"R\&D 50\% a\_b \#1 \$5 {[}x]", "R&D 50% a_b #1 $5 [x]"),
        ("R&D 50% of a_b #1 costs $5 and $10", "R&D 50% of a_b #1 costs $5 and $10"),
        (r"$\alpha$-x", "α-x"),
        ("12--13 --- ``so''", "12–13 — “so”"),
        ("Donald~E. Knuth ~5 http://a.b/~c", "Donald E. Knuth ~5 http://a.b/~c"),
        (r"Made in China\ 4.0 \Industry 4.0\Next", "Made in China 4.0 \\Industry 4.0\\Next"),
        (r"\url{http://a.b/c} \textit{so} \emph{it}", "http://a.b/c so it"),
        ("one { open, one } shut", "one open, one shut"),
        ("ends in \\", "ends in \\"),
    ],
)
def test_decode(written: str, meant: str) -> None:
    assert decode(written) == meant


def test_addresses_are_only_unescaped() -> None:
    assert unescape(r"\url{https://a.b/x\_y\%20~z?q={1}}") == r"\url{https://a.b/x_y%20~z?q={1}}"
    assert unescape(r"\url{https://a.b/x\_y\%20~z}") == "https://a.b/x_y%20~z"


@given(st.text(st.one_of(st.sampled_from("\\{}%&#_$^~-`'\"!?<>,. a"), st.characters(exclude_categories=["C", "Co"]))))
@example("a--b---c ``d'' ,,e <<f>> ?` !` \\{}%&#_$^~")
def test_what_is_encoded_comes_back(text: str) -> None:
    text = " ".join(text.split())
    assert decode(encode(text)) == text
    assert encode(text).count("{") == encode(text).count("}")


MACROS = [
    r"\begin{a}",
    r"\end{a}",
    r"\'",
    r"\frac",
    r"\sqrt",
    r"\href",
    r"\item",
    r"\c",
    r"\verb",
    r"\left",
    r"\(",
    "\\",
]


@given(st.lists(st.sampled_from([*"ab{}$ 1[]'\"^~=.,-&%#_", *MACROS]), max_size=12).map("".join))
def test_nothing_written_as_tex_breaks_the_decoder(text: str) -> None:
    assert "\n" not in decode(text)
