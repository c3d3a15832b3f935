"""How far the writers of the training passages and their blind readers agree, before conflicts were settled.

    python -m benchmarks.labels [TAXONOMY]

Also counts the labels that were settled on. Real passages are kept by reference, with the settled labels alone.
"""

import json
import sys

import numpy as np

from nlp import examples, taxonomy
from nlp.agreement import cohen_kappa
from nlp.quality import measure


def main(name: str) -> None:
    """Print the table for one taxonomy."""
    terms = taxonomy.load(name)
    files = sorted(examples.folder_of(terms).glob("written/*.jsonl"))
    rows = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]
    read = [row for row in rows if "reader" in row]
    print(f"{len(rows):,} passages, {len(read):,} read twice, {sum(not row['tags'] for row in rows):,} without a tag")
    print(f"{'tag':<18}{'writer':>8}{'reader':>8}{'settled':>9}{'F1':>7}{'kappa':>7}")
    scores = []
    for tag in terms.top:
        writer, reader = (np.array([tag in row[who] for row in read]) for who in ("writer", "reader"))
        one, kappa = measure(writer, reader), cohen_kappa(writer.tolist(), reader.tolist())
        settled = sum(tag in row["tags"] for row in rows)
        scores.append(one.f1)
        print(f"{tag:<18}{writer.sum():>8}{reader.sum():>8}{settled:>9}{one.f1:>7.2f}{kappa or 0:>7.2f}")
    print(f"{'macro':<18}{np.mean(scores):>32.2f}")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["procurement"]))
