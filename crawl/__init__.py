"""Gathering: the Scrapy project, one spider a kind of source, parsers that know nothing of the network."""
