# run    start everything; Ctrl-C stops it. PORT= moves it, DATA_DIR= moves its data
# test   the tests; ARGS= hands arguments to pytest
# lint   style, the import law, missing migrations
# browser  the browser tests alone; a missing browser is a failure
# bench  how fast an import is, against COPY of the same rows; ROWS= makes it smaller
#
# PYTHON= chooses the Python that makes the environment (3.11 or newer).

PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: run test lint browser bench

run: .venv/installed
	@exec $(VENV) manage.py up

test: .venv/installed-tests
	@$(VENV) -m pytest $(ARGS)

browser: .venv/installed-tests
	@REQUIRE_BROWSER=1 $(VENV) -m pytest tests/browser $(ARGS)

bench: .venv/installed-tests
	@ROWS=$(or $(ROWS),100000) $(VENV) -m pytest tests/bench -s

lint: .venv/installed-tests
	$(VENV) -m ruff check
	$(VENV) -m ruff format --check
	.venv/bin/lint-imports
	$(VENV) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

.venv/installed: requirements.txt .venv/bin/python
	@$(VENV) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@echo 'Installing what requirements.txt names into .venv …'
	@$(VENV) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-tests: tests/requirements.txt .venv/installed
	@$(VENV) -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'ReferralCRM needs Python 3.11 or newer as "$(PYTHON)". Another one: make run PYTHON=python3.12' >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'This Python has no venv. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv
