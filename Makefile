# make run · make test · make setup.  Options for the server: make run ARGS="--port 9000"
PYTHON ?= python3

.PHONY: run test setup clean

run: ## set up, then serve; a second start takes a moment
	@$(PYTHON) tools/setup.py
	@exec .venv/bin/python server.py $(ARGS)

test: ## set up, then run all tests: the page's, then the server's
	@$(PYTHON) tools/setup.py --dev
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix web test -- --run
	@.venv/bin/python -m pytest $(ARGS)

setup: ## the set-up alone
	@$(PYTHON) tools/setup.py
	@echo "Ready. Start with: make run"

clean: ## undo the set-up; data/ stays
	rm -rf .venv web/node_modules static/app
