# Everything starts here: `make` alone lists the targets.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON_FOUND := $(shell command -v $(PYTHON) || command -v python3)

.DEFAULT_GOAL := help
.PHONY: help install demo serve test lint format train bench bench-tag bench-search bench-scale clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

install: $(READY) ## make .venv and install what the tests ran with

# One file for what exactly is installed, so that Monday's install is Friday's.
$(READY): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (a few minutes the first time)"
	@$(PYTHON_FOUND) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

demo: $(READY) ## gather, tag, index and serve the demonstration at http://127.0.0.1:8001
	@$(BIN)/sourcebook demo

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest --numprocesses 2

lint: $(READY) ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY) ## put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

train: $(READY) ## train the taggers anew from nlp/training (ABSTRACTS=FILE for the real passages, GOLD=FILE to measure)
	@$(BIN)/python -m nlp.train procurement $(if $(ABSTRACTS),--abstracts $(ABSTRACTS)) $(if $(GOLD),--gold $(GOLD))
	@$(BIN)/python -m nlp.train social-dialogue

bench: $(READY) ## import, build and search the real data beside this checkout, and print what it took
	@$(BIN)/python -m benchmarks.real

bench-tag: $(READY) ## compare the tagging stage with sentence-transformers' default embedding
	@$(BIN)/python -m benchmarks.tag

bench-search: $(READY) ## compare search with txtai, paperai, datasette-faiss and llm, each in an environment of its own
	@$(BIN)/python -m benchmarks.peers.environments
	@$(BIN)/python -m benchmarks.search

bench-scale: $(READY) ## measure the index from 10,000 to a million passages and draw docs/scale.svg
	@$(BIN)/python -m benchmarks.million

clean: ## remove what was installed and the demonstration
	rm -rf $(VENV) demo-workspace
