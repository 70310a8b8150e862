# make run    the window; without a display the main job, start to spreadsheet
# make test   every check, under 15 minutes
# The program and its tools live in .venv; nothing else on the machine is touched, except that
# system libraries of Qt are installed when make may do that.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEMO := $(CURDIR)/build/demo
WORKERS ?= 2

.PHONY: setup run test test-full lint bench clean libraries test-libraries translations docs

setup: $(INSTALLED) libraries

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) --no-print-directory venv-module
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (some minutes the first time)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev,docs]'
	@touch $@

.PHONY: venv-module
venv-module:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get install -y -qq python3-venv; \
	elif sudo -n true 2>/dev/null && command -v apt-get >/dev/null; then \
	    sudo -n apt-get install -y -qq python3-venv; \
	else \
	    echo "Python cannot make virtual environments here: sudo apt-get install python3-venv"; \
	    exit 1; \
	fi

libraries:
	@.ci/system-libraries

test-libraries:
	@.ci/system-libraries --tests

run: setup
	@if $(BIN)/python -m adme_labeler.display; then \
	    echo "Opening the window. New projects go to" \
	        "$$($(BIN)/python -c 'from adme_labeler import paths; print(paths.documents())')"; \
	    exec $(BIN)/adme-labeler; \
	else \
	    echo "No display answers, so the main job runs without a window."; \
	    echo "It writes a project, a spreadsheet and pictures of the window to $(DEMO)"; \
	    exec $(BIN)/adme-labeler demo --headless --out $(DEMO); \
	fi

lint: $(INSTALLED)
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo --no-cache

# pytest's own closing line is the last one.
test: lint test-libraries
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -rs

test-full: lint test-libraries
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -rs -m "" --hypothesis-profile=full

# Wheel, sdist, the frozen program, Debian package and portable archive, into dist/.
package: $(INSTALLED) packaging-tools
	@$(BIN)/python packaging/build.py

# The frozen program at work, as on a machine without Python.
package-test: $(INSTALLED) test-libraries
	@$(BIN)/python packaging/smoke_test.py

.PHONY: package package-test packaging-tools
packaging-tools: libraries
	@.ci/system-libraries --packaging
	@$(BIN)/python -m build --version >/dev/null 2>&1 || \
	    $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt build

bench: $(INSTALLED)
	@$(BIN)/python -m tests.benchmarks.run $(if $(ONLY),--only $(ONLY)) $(WORDS)

# The manual, to be opened from disk: build/docs/index.html
docs: $(INSTALLED)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict

# Collects what the program says into the catalogues and compiles them.
translations: $(INSTALLED)
	@$(BIN)/python -m tests.translations

clean:
	rm -rf $(VENV) build dist resources/manual .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
