"""A test collection of this field: 45 queries, and 1,542 judgements of real passages, named by the hash of their text.

    python -m benchmarks.field FOLDER          # makes the collection in FOLDER; minutes
    sourcebook evaluate search FOLDER --split dev

Queries were written before any ranking was seen. For each, the best 15 passages of keyword, semantic and hybrid search
(of an earlier version), and the best 10 for another wording, were judged in random order without scores: 0 not about
it, 1 about it, 2 answers it. One reader judged each, a language model: differences of 0.02 mean nothing. The texts are
real and stay where they are, beside this checkout.
"""
