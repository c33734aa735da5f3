# make run · make test · make setup.  Options for the server: make run ARGS="--port 9000"
PYTHON ?= python3

.PHONY: run test lint setup clean

run: ## set up, then serve; a second start takes a moment
	@$(PYTHON) tools/setup.py
	@exec .venv/bin/python server.py $(ARGS)

test: lint ## set up, then run all tests: rules and types, the page's, the server's
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix web test -- --run
ifeq ($(ARGS),)
	@.venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile --ignore tests/browser
	@.venv/bin/python -m pytest tests/browser
else
	@.venv/bin/python -m pytest $(ARGS)
endif

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
