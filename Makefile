# make run · make test · make setup.  Options for the server: make run ARGS="--port 9000"
PYTHON ?= python3
PYTEST = .venv/bin/python -m pytest
# A third of the time tests wait, for a process that starts or for one that is to be missed: one more than cores.
WORKERS = $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')
# The tests start hundreds of servers: each would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint page-types page-lint page-unit setup clean

run: ## set up, then serve; a second start takes a moment
	@$(PYTHON) tools/setup.py
	@exec .venv/bin/python server.py $(ARGS)

test: ## set up, then run all tests: rules and types, the page's, the server's, those in a browser
	@$(PYTHON) tools/setup.py --dev
	@$(MAKE) --no-print-directory -j 4 lint page-types page-lint page-unit
ifeq ($(ARGS),)
	@$(PYTEST) -n $(WORKERS) --dist worksteal --ignore tests/browser
	@$(PYTEST) -n auto --maxprocesses 4 --dist worksteal tests/browser
else
	@$(PYTEST) $(ARGS)
endif

page-types page-lint page-unit: # of the page: each is one of the things that `npm test` does in web/
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix web run --silent $(@:page-%=%)

lint: ## set up, then hold all Python to its rules and types
	@$(PYTHON) tools/setup.py --dev
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check .
	@.venv/bin/mypy --no-error-summary

setup: ## the set-up alone
	@$(PYTHON) tools/setup.py
	@echo "Ready. Start with: make run"

clean: ## undo the set-up; data/ stays
	rm -rf .venv web/node_modules static/app
