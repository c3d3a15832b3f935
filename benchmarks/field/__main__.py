"""Make the collection in BEIR's layout: passages of all abstracts, reports and seeds, our queries and judgements."""

import gzip
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.real import SHARED
from sourcebook import config, importing, stages
from sourcebook.workspace import open_workspace

OURS = Path(__file__).parent
ABSTRACTS = SHARED / "data/literature/abstracts.jsonl.gz"
DOCUMENTS = ("data/pdf/reports", "data/seeds")
PASSAGES = "SELECT hash, MIN(title), MIN(text) FROM passage GROUP BY hash ORDER BY MIN(id)"


def records() -> Iterator[dict[str, Any]]:
    """The abstracts as CSL-JSON."""
    with gzip.open(ABSTRACTS, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            row = json.loads(line)
            authors = [name.strip() for name in (row["authors"] or "").split(";") if name.strip()]
            yield {
                "id": f"a{number}", "type": "article-journal", "title": row["title"], "abstract": row["abstract"],
                "author": [author(name) for name in authors], "DOI": row["doi"] or "",
                "container-title": row["source"] or "", "issued": issued(str(row["year"] or "")),
            }  # fmt: skip


def author(name: str) -> dict[str, str]:
    family, _, given = name.partition(",")
    return {"family": family.strip(), "given": given.strip()} if given.strip() else {"literal": name}


def issued(year: str) -> dict[str, Any]:
    return {"date-parts": [[int(year[:4])]]} if year[:4].isdigit() else {}


def make(folder: Path) -> int:
    """Write the collection to `folder`; returns how many passages it has."""
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary) / "base"
        config.create(base)
        (base / "abstracts.json").write_text(json.dumps(list(records())), "utf-8")
        workspace = open_workspace(base)
        importing.import_files(workspace, [base / "abstracts.json", *(SHARED / one for one in DOCUMENTS)])
        db = workspace.open()
        stages.merge(workspace, db)
        stages.extract_texts(workspace, db)
        rows = db.execute(PASSAGES).fetchall()
        db.close()
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for hash, title, text in rows:
            file.write(json.dumps({"_id": hash[:16], "title": title, "text": text}, ensure_ascii=False) + "\n")
    shutil.copy(OURS / "queries.jsonl", folder)
    shutil.copy(OURS / "dev.tsv", folder / "qrels")
    return len(rows)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    if not ABSTRACTS.is_file():
        raise SystemExit("The real data (../shared/data) are not here.")
    print(f"{make(Path(sys.argv[1])):,} passages in {sys.argv[1]}")
