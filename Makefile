# `make` alone says what there is to make. Everything is installed into .venv; nothing else on the machine changes.

PYTHON ?= python3
PIP_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
LOG := $(VENV)/install.log

# A dead network is reported soon; the environment reaches the processes that pip starts itself.
export PIP_RETRIES ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test check bench mutants clean
.DELETE_ON_ERROR:

help: ## This list
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile
	@echo 'PYTHON=python3.12 chooses another Python; PIP_ARGS="--index-url URL" is handed to pip.'

run: $(VENV)/.installed-run ## Install, then train a small network on data that needs no download
	@$(BIN)/dongshou run mlp:digits

test: $(VENV)/.installed-test ## Install what the tests need, then run all of them, a process for each core
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 8

check: $(VENV)/.installed-check ## Style, types, layers and spelling
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/pyright --warnings
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/codespell

bench: $(VENV)/.installed-bench ## Install the peers, then measure against them
	@$(BIN)/python -m benchmarks

mutants: $(VENV)/.installed-test ## Make the code wrong on purpose, line by line, and count what the tests notice (minutes)
	@$(BIN)/python -m tests.mutants

clean: ## Remove .venv, caches and build leftovers; keep runs and data
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find dongshou tests benchmarks lessons exercises -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.10 or newer, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "dongshou needs Python 3.10 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name a newer one: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module. Install it (on Debian and Ubuntu: apt install python3-venv) and try again." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# One stamp for each set of extras: installed anew only when the requirements change.
STAMPS := $(addprefix $(VENV)/.installed-,run test check bench)
$(VENV)/.installed-test: EXTRAS := [test,tensorboard]
$(VENV)/.installed-check: EXTRAS := [dev,tensorboard]
$(VENV)/.installed-bench: EXTRAS := [bench]

# If pip fails: one line with its reason and the place of the whole story.
$(STAMPS): pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing PyTorch and the rest into $(VENV) (a few minutes the first time) ...'
	@$(BIN)/python -m pip install $(PIP_ARGS) -c constraints.txt -e '.$(EXTRAS)' >$(LOG) 2>&1 || { \
	  reason=$$(sed -n 's/^ *ERROR: //p' $(LOG) | head -n 1); \
	  echo "Could not install: $${reason:-pip gave no reason}. Is the package index reachable? Check the network or name another" \
	    "(PIP_ARGS=\"--index-url URL\"); all that pip said is in $(LOG)." >&2; exit 1; }
	@touch $@
