# What can be done here; `make` alone lists it.
# PYTHON is only used to make the environment; everything else runs in .venv.

PYTHON ?= python3.11
PORT ?= 3001
MODEL ?=

BIN := .venv/bin
# Copies, not links: whatever happens to .venv, the cache of packages stays whole.
export UV_LINK_MODE := copy
LOCK := $(BIN)/uv pip compile pyproject.toml requirements/cpu.in \
	--override requirements/overrides.txt --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header -q

.DEFAULT_GOAL := help
.PHONY: help setup servers demo test check serve bench docs fix lock clean

help:  ## list what can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.installed  ## .venv from the hashed lock

# uv itself comes by pip, at the version and with the hashes of the lock.
.venv/.installed: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements/dev.txt > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	touch $@

servers: setup  ## PostgreSQL and Chromium, which tests need; Debian's packages where there are none
	$(BIN)/python -m scripts.postgresql --install
	$(BIN)/python -m scripts.browser --install

demo: setup  ## the whole line, from cohort to explained answer
	$(BIN)/python -m scripts.demo

# Each core takes whole files, with one thread of linear algebra: more would fight each other.
test: setup  ## the tests alone
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n auto --dist loadfile

check: setup  ## lint, types, imports, documents, tests; stops at the first that fails
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m scripts.reference --check
	$(MAKE) --no-print-directory test

serve: setup  ## the service; PORT=3001 MODEL=folder-or-registry-address
	$(BIN)/python -m serving --port $(PORT) $(if $(MODEL),--model "$(MODEL)")

bench: setup  ## every benchmark, peers beside us in one run
	@set -e; for script in $(wildcard benchmarks/[!_]*.py); do \
		name=$$(basename "$$script" .py); \
		echo "== $$name"; \
		$(BIN)/python -m "benchmarks.$$name"; \
	done

docs: setup  ## the reference pages that are made from the catalogue
	$(BIN)/python -m scripts.reference

fix: setup  ## format, and mend what can be mended safely
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup  ## the hashed lock, anew
	$(LOCK) --extra training -o requirements/training.txt
	$(LOCK) --extra serving -o requirements/serving.txt
	$(LOCK) --all-extras -o requirements/dev.txt

clean:  ## what can be made again; .venv stays
	rm -rf build dist demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
