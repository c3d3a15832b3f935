"""Meaning: vectors, keyword and hybrid search, filters."""
