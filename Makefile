# litmine: `make run` sets up what is missing and turns corpus/ into tables in outputs/; `make help` lists the rest.
CORPUS ?= corpus
OUTPUTS ?= outputs
PYTHON ?=
ARGS ?=
LITMINE := .venv/bin/python -m pipeline

export CORPUS OUTPUTS PYTHONUTF8 = 1
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test bench lexicon-check wheel lock clean

help: ## list the targets
	@echo "make TARGET [CORPUS=folder] [OUTPUTS=folder] [PYTHON=python3.12] [ARGS='further options of litmine run']"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

setup: .venv/.compiled ## set up .venv with the locked dependencies and the package

run: .venv/.compiled ## run over CORPUS (corpus/) into OUTPUTS (outputs/)
	@$(LITMINE) run "$$CORPUS" --outputs "$$OUTPUTS" $(ARGS)

test: .venv/.compiled ## ruff, mypy --strict and all tests
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m mypy --strict pipeline
	@.venv/bin/python -m pytest

bench: .venv/.compiled ## measure speed and accuracy, write the figures
	@.venv/bin/python benchmarks/run.py

lexicon-check: .venv/.stamp ## check every row of lexicons/
	@$(LITMINE) lexicon check

wheel: .venv/.stamp ## build a wheel that carries the lexicons, into .dist/
	@rm -rf .dist
	@.venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir .dist .
	@ls .dist/*.whl

lock: .venv/.stamp ## renew .lock/requirements.txt from pyproject.toml (needs the package index)
	@.venv/bin/python -m pip install --quiet 'uv>=0.5'
	@.venv/bin/python -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --custom-compile-command 'make lock' --extra dev pyproject.toml --output-file .lock/requirements.txt
	@grep -c '==' .lock/requirements.txt | sed 's/$$/ packages locked/'

clean: ## remove .venv, caches, built wheels and the tables in OUTPUTS; decisions, backups and your own files stay
	@if [ -x .venv/bin/python ]; then $(LITMINE) clear --outputs "$$OUTPUTS"; else false; fi || \
	    echo "litmine: the tables in $$OUTPUTS stay (without .venv, or while a run is at work, none is deleted)." >&2
	@rm -rf .venv .dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache
	@find pipeline tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

.venv/.stamp: pyproject.toml .lock/requirements.txt
	@.ci/setup $(PYTHON)

.venv/.compiled: .venv/.stamp .ci/compile.py $(wildcard pipeline/*.py pipeline/*/*.py)
	@.venv/bin/python .ci/compile.py
	@touch $@
