"""The ground floor: schema, records, works, full texts, passages, citation formats."""
