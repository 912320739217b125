# make search   install into .venv and run the first search
# make test     install into .venv and run the tests
# make check    linter, types, room arrows, style
# make test-long  what takes too long for every commit
#
# PYTHON=python3.12      which interpreter makes .venv
# PIP_ARGS="..."         passed to pip, e.g. to choose a torch build (README, "Installing")

PYTHON ?= python3
PIP_ARGS ?=
SEARCH_ARGS ?= --max-weight 6 --distance 9
# A file's tests stay together: some share what takes long to make.
PYTEST := -m pytest -n auto --maxprocesses 4 --dist loadfile
STYLE_REPORT := ../shared/tools/style_report.py
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: search test test-long check install clean

search: $(STAMP)
	$(BIN)/qcode-rl search $(SEARCH_ARGS)

test: $(STAMP)
	$(BIN)/python $(PYTEST) -m "not long"
	NUMBA_DISABLE_JIT=1 $(BIN)/python $(PYTEST) -m "kernel and not long"

test-long: $(STAMP)
	$(BIN)/python -m pytest -m long

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if [ -f $(STYLE_REPORT) ]; then $(BIN)/python $(STYLE_REPORT) --gate qcode_rl envs; fi

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet $(PIP_ARGS) -c constraints.txt -e ".[dev]"
	touch $(STAMP)

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
