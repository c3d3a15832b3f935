"""Reading: sentences, the encoder, tags, facets, the taxonomy as data."""
