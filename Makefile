# One Makefile for a newcomer, a developer and CI.
# A fresh machine needs Python 3.11 or newer (with pip and venv) and make: each target builds .venv by itself.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types docs bench lock clean .venv

help:  ## Show this help
	@grep -hE '^[a-z.]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

demo: .venv  ## Review the index case: print its story, write its tables to leukon-demo/
	$(BIN)/leukon demo --out leukon-demo

# What CI runs is what README tells a newcomer to run. So `test` holds everything that must hold, style and docs
# included, and `check`, its other name, can never be stricter than CI. For one test alone: .venv/bin/pytest PATH.
test: check  ## Everything that must hold: what `check` does

check: lint types docs .venv .venv/chromium.stamp .venv/postgresql.stamp .venv/java.stamp  ## Style, architecture, types, docs, then all tests
	$(BIN)/pytest -n auto --dist loadgroup $(ARGS)

lint: .venv  ## Style (ruff) and architecture (import-linter)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: .venv  ## Types (pyrefly, strict on src)
	$(BIN)/pyrefly check

docs: .venv  ## Build the documentation; a warning is an error
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build/html

bench: .venv  ## Measure leukon beside Polars and pandas; judgement and its false alarms
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.judgement

# Pins stay as they are unless a requirement changed; ARGS=--upgrade moves all of them.
lock: .venv  ## Pin requirements/*.txt with hashes (ARGS=--upgrade for newer versions)
	$(LOCK) requirements/uv.in --output-file requirements/uv.txt
	$(LOCK) pyproject.toml --all-extras requirements/dev.in --output-file requirements/dev.txt
	$(LOCK) pyproject.toml --constraint requirements/dev.txt --output-file requirements/runtime.txt

clean:  ## Remove what these targets made, .venv too
	rm -rf .venv .uv build dist docs/_build leukon-demo .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench docs -name __pycache__ -type d -prune -exec rm -rf {} +

# Two stamps: an edit of pyproject.toml installs leukon again in a second, without laying the dependencies anew.
.venv: .venv/leukon.stamp

.venv/leukon.stamp: .venv/dependencies.stamp pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# pip installs the one thing that uv cannot: uv, into a folder, for which not even the venv module is needed (Debian
# packs it apart). --clear: what is no longer required must not linger.
.venv/dependencies.stamp: requirements/uv.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leukon needs Python 3.11 or newer. Fix: make PYTHON=python3.11 ...")'
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv --upgrade --require-hashes --requirement requirements/uv.txt
	.uv/bin/uv venv --quiet --clear --no-python-downloads --python "$$(command -v $(PYTHON))" .venv
	.uv/bin/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements/uv.txt --requirement requirements/dev.txt
	@touch $@

# Reports are tested in a real browser. A new machine has none: as root Debian's is installed, with letters and shapes
# to draw. Elsewhere those tests say why they skip, and in CI (CI=true) they fail, so the recipe itself never does.
.venv/chromium.stamp: .venv/dependencies.stamp
	@command -v chromium >/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null || \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
		chromium fonts-liberation fonts-dejavu-core >/dev/null; } || true
	@if command -v chromium >/dev/null; then touch $@; fi

# The OMOP reader is tested on a real PostgreSQL server, which the tests start and stop by themselves.
.venv/postgresql.stamp: .venv/dependencies.stamp
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null || \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
		postgresql >/dev/null; } || true
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then touch $@; fi

# Spark runs on Java 17 or 21. Debian names no version that every release has, so the newest of them is looked for.
.venv/java.stamp: .venv/dependencies.stamp
	@command -v java >/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null || \
		{ apt-get -qq update && for version in 21 17; do DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes \
		--no-install-recommends openjdk-$$version-jre-headless >/dev/null 2>&1 && break; done; } || true
	@if command -v java >/dev/null; then touch $@; fi
