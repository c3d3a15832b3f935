"""The encoder gives the vectors that sentence-transformers gives, without what that needs."""

import subprocess
import sys

import numpy as np

from nlp import encoder, models

TEXTS = [
    "Late payment by large customers",
    "The buyer pays its small suppliers after one hundred and twenty days, although the law allows sixty.",
    "Ein Satz in einer anderen Sprache, mit Umlauten: Lieferanten müssen für Prüfungen zahlen.",
    "word " * 600,  # longer than the model reads
    "",
    "SMEs",
]


def test_vectors_are_those_of_sentence_transformers() -> None:
    ours = encoder.load().encode(TEXTS)
    theirs = models.load_with_torch(models.DEFAULT).encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-3)
    assert (np.sum(ours * theirs, axis=1) >= 0.999).all()


def test_a_search_from_the_shell_needs_no_torch() -> None:
    code = (
        "import sys; from nlp import encoder; from sourcebook import searching; import sourcebook.commands.finding;"
        "encoder.load().encode(['late payment']); print([m for m in ('torch', 'spacy', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
