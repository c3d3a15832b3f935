"""TeX in bibliographies: accents and specials to Unicode (pylatexenc), and specials written to come back."""

import re
from typing import Any

from pylatexenc import latex2text

MEANS_SOMETHING = re.compile(r"[\\$~]|\{\}|--|``|''|,,|<<|>>|[!?]`")
MACRO = re.compile(r"\\([A-Za-z]+|.)?", re.DOTALL)
URL = re.compile(r"\\(?:url|path)\s*\{([^{}]*)\}|\\href\s*\{[^{}]*\}")
FORMULA = re.compile(r"((?<!\\)\$[^$\n]*(?:\\|\^)[^$\n]*(?<!\\)\$)")
ESCAPED = re.compile(r"(?<!\\)\\([%&#_$])")
BARE = re.compile(r"(?<!\\)[%&#_$^]")
TIE = re.compile(r"(?<=[\w.,}])~(?=[\w{\\])")
TILDE = re.compile(r"\\~(?!\s*[A-Za-z\\]|\s*\{\s*\\?[A-Za-z])(?:\{\})?|(?<!\\)~")

# pylatexenc is without types.
LIBRARY: Any = latex2text
DATABASE = LIBRARY.get_default_latex_context_db()
TO_TEXT = LIBRARY.LatexNodes2Text(math_mode="text", strict_latex_spaces=True, keep_comments=True)
SYMBOLS = frozenset("&%$#_{} ,-/@\"'`^~=.\\")

SPECIALS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{special: f"\\{special}" for special in "%&#_$"},
}
# Characters meant as they are pass the TeX parser in disguise, as code points for private use.
DISGUISED = {ord(special): chr(0xE000 + i) for i, special in enumerate("\\%&#_$^~{}")}
REVEALED = {ord(disguise): chr(special) for special, disguise in DISGUISED.items()}
SPELT_OUT = {macro.strip("\\{}"): special for special, macro in SPECIALS.items() if macro.startswith("\\text")}
SPELT = re.compile(rf"\\({'|'.join(SPELT_OUT)})(?![A-Za-z])(?:\s*\{{\}})?")
# Pairs that TeX joins into a dash, a quotation mark or a letter; an empty group keeps them apart.
PAIR = re.compile(r"(?<=[-])(?=-)|(?<=`)(?=`)|(?<=')(?=')|(?<=,)(?=,)|(?<=<)(?=<)|(?<=>)(?=>)|(?<=[!?])(?=`)")


def decode(text: str) -> str:
    """`text` without TeX, on one line; a backslash that starts no known macro stays, a brace never."""
    text = " ".join(text.split())
    if not MEANS_SOMETHING.search(text):
        return unbraced(text)
    text = guarded(URL.sub(r"\1", text))
    try:
        # Most texts have escapes only, which are in disguise by now; pylatexenc is slow.
        found = str(TO_TEXT.latex_to_text(text, tolerant_parsing=False)) if MEANS_SOMETHING.search(text) else text
    except Exception:
        # Braces do not balance, or a macro lacks an argument: pylatexenc meets that with errors of any kind.
        found = text
    return unbraced(found).translate(REVEALED)


def unbraced(text: str) -> str:
    return " ".join(re.sub("[{}]", "", text).split())


def guarded(text: str) -> str:
    """`text` with everything disguised that exports write plainly though TeX gives it a meaning."""
    text = text.translate(dict.fromkeys(REVEALED))
    text = SPELT.sub(lambda m: disguise(SPELT_OUT[m[1]]), text)
    text = ESCAPED.sub(lambda m: disguise(m[1]), text)
    text = TILDE.sub(disguise("~"), TIE.sub(" ", text))
    parts = FORMULA.split(text)
    parts[::2] = [BARE.sub(lambda m: disguise(m.group()), part) for part in parts[::2]]
    return MACRO.sub(known, "".join(parts))


def disguise(text: str) -> str:
    return text.translate(DISGUISED)


def known(macro: re.Match[str]) -> str:
    """The macro as it is, its backslash in disguise where TeX knows none of that name."""
    name = macro[1] or ""
    if name and (name in SYMBOLS or (name[0].isalpha() and DATABASE.get_macro_spec(name))):
        return macro.group()
    return disguise("\\") + name


def unescape(text: str) -> str:
    """A web address or identifier: only what is escaped in it is unescaped."""
    return re.sub(r"\\([%&#_$~{}])", r"\1", URL.sub(r"\1", " ".join(text.split())))


def encode(text: str) -> str:
    """`text` on one line with TeX's specials written as TeX; other characters stay Unicode."""
    joined = " ".join(text.split())
    return "".join(SPECIALS.get(c, c) for c in PAIR.sub("\0", joined)).replace("\0", "{}")
