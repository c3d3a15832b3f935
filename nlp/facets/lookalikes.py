"""What looks like a figure and is none: standards, tables, years, statistics, dates, links, telephone numbers."""

import re

LABELS = (
    r"Tables?|Figs?\.?|Figures?|Sections?|Sects?\.|Chapters?|Ch\.|Annex(?:es)?|Appendix|Art\.|Articles?|Box(?:es)?|Pages?|pages?"
    r"|pp?\.|Nos?\.|nos?\.|Vol\.|vol\.|Volume|Issue|Eqs?\.|Equations?|equation|section|table|figure|chapter|paragraphs?|paras?\.?"
    r"|Paragraphs?|Tier|tier|Level|level|Phase|phase|Stage|stage|Step|step|Type|type|Study|Experiment|Wave|wave|Round|round|Lot|lot"
    r"|Goals?|Targets?|target|Conventions?|Recommendation|Directive|Regulation|Law|Act|Decree|Resolution|Bill|Clause|clause|Item|item"
    r"|Category|Class|Grade|Group|Cluster|Question|Note|note|Hypothes[ie]s|Propositions?|Model|Day|Week|Month|Year|Room|Case|Firm"
    r"|Company|Supplier|Interviewee|Respondent|Route|Highway|Pillar|Objective|Output|Outcome|Indicator|Principle|Module|Line|Unit"
    r"|Building|Tel\.?|Phone|Fax|Call|Euro|Industry|Agenda|Vision|Horizon|Europe|Web|Basel|Society|Logistics|Version|Release|Scope"
    r"|Quality|Construction|Procurement|Supply Chain|Bonferroni|Windows|Fortune|Forbes|Top|Global|FTSE|S&P|CAC|Nikkei"
)
STANDARDS = r"ISO|IEC|EN|ASTM|SA|AS|OHSAS|IATF|DIN|BS|HS|NACE|ISIC|SIC|NAICS|UNSPSC|FSSC|ILO|SDGs?|COVID|Covid|SARS-CoV|TS|QS|PAS"
MANY = r"(?:(?:,| and|,? or| to|–|-|/) ?\d[\d:.-]*\b(?!\s?(?:%|per)))*"
PARTS = {
    "link": r"https?://\S+|www\.\S+|\b[\w.+-]{1,64}@\S+|\b10\.\d{4,}/\S+|\b(?:doi|DOI):\s?\S+",
    "document": r"\b[A-Z]{1,5}[./]\d[\w./-]*",
    "code": r"\b[A-QS-Z]-?\d[\d.]*\b|\bR-?\d{1,3}\b(?![.,]\d|\s?(?:m|bn|million|billion)\b)",
    "standard": rf"\b(?:{STANDARDS})(?:[ /-](?:IEC|TS|EN|ISO))*[\s-]?(?:No\. ?)?\d[\d.:-]*\b{MANY}",
    "label": rf"\b(?:{LABELS})[ \u00a0]?\d[\d.:-]*\b(?!\s?(?:%|per)){MANY}",
    "statistic": r"(?:\b(?:[pPrRtFzZbBnNMdQ]|SD|SE|CI|df|AVE|CR|RMSEA|CFI|TLI|SRMR|HTMT|VIF|OR|HR|beta|Beta|alpha|kappa|mean|median)"
    r"|[βαχηλρσΔδκ])(?:\s?\(\d[\d, .]*\)|[²2]|-?squared)?\s?(?:=|<|>|≤|≥|:)\s?[-−–+]?\s?[£$]?\d*[.,]?\d[\d.,]*\d?\s?%?",
    "confidence": r"\b\d+(?:\.\d+)?\s?(?:%|per cent|percent)[ -](?:CIs?\b|confidence|credible|significance|level\b)",
    "level": r"\bat (?:the )?\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)*(?:,? (?:and|or|to) \d+(?:\.\d+)?)?\s?(?:%|per cent|percent)[ -]"
    r"(?:significance |confidence )?(?:level|significance)",
    "bracket": r"\[\d[\d,; –-]*\]",
    "telephone": r"\+\d[\d ()-]{6,}\d",
    "years": r"\b(?:19|20)\d\d\s?(?:[–—/-]|to|and)\s?(?:(?:19|20)\d\d|\d\d)\b(?!\s?(?:%|per))",
    "clock": r"\b\d{1,2}[:.]\d\d ?(?:a\.?m\.?|p\.?m\.?|hrs|GMT)\b|\b\d{1,2}:\d\d\b|\b24/7\b",
    "date": r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d\d-\d\d\b",
}
# None starts inside a word, which spares most of the tries.
LOOKALIKE = re.compile(rf"(?<!\w)(?:{'|'.join(f'(?:{part})' for part in PARTS.values())})")


def blanked(text: str) -> str:
    """`text`, as long as it was, with an underscore for each character of what only looks like a figure."""
    return LOOKALIKE.sub(lambda match: "_" * len(match.group()), text)
