# Set up, run and check Polyvox. `make` alone lists what it can do.
.POSIX:
.SUFFIXES:

PYTHON = python3
VENV = .venv
ARGS =

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check
SOURCES = src tests benchmarks
# Each stamp is younger than what was installed from these.
PINS = pyproject.toml constraints.txt
AXE = axe-core@4.14.1
# Weights that tell speakers apart; what else the package asks for is not used.
EARS = $(PIP) install -q -c constraints.txt --no-deps resemblyzer

help: ## List the targets
	@echo "make TARGET   (another Python: make PYTHON=python3.12 TARGET)"
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/.dev ## Set up .venv with all that running and testing need

serve: $(VENV)/.runtime ## Start Polyvox; options in ARGS, such as ARGS='--port 9000'
	@exec $(BIN)/polyvox serve $(ARGS)

test: $(VENV)/.dev build/npm ## Run the checks of every change
	@.ci/beside lint types -- tests

test-quick: $(VENV)/.dev ## Run those of every save: without torch and other processes
	@.ci/beside lint types -- tests-quick

test-clients: $(VENV)/.dev ## Let other people's clients and packages speak to Polyvox
	@.ci/tests clients clients $(ARGS)

test-voices: $(VENV)/.dev ## Listen to what is spoken
	@.ci/tests voices voices $(ARGS)

test-cluster: $(VENV)/.dev ## Let several processes share one database
	@.ci/tests cluster cluster $(ARGS)

lint: $(VENV)/.dev ## Check style and who imports whom
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/lint-imports --no-cache

types: $(VENV)/.dev ## Check types
	$(BIN)/mypy

tests: $(VENV)/.dev build/npm ## Run the tests alone; options in ARGS, such as ARGS='-k piper'
	@.ci/tests tests "not (clients or voices or cluster)" $(ARGS)

tests-quick: $(VENV)/.dev
	@$(BIN)/pytest -n 2 --dist loadfile -m "not (heavy or alone)" $(ARGS) tests/unit

format: $(VENV)/.dev ## Put the code into the one style
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/.bench ## Measure against other servers; options in ARGS
	$(BIN)/python -m benchmarks $(ARGS)

bench-xtts: $(VENV)/.bench ## Measure XTTS v2 against coqui-tts; options in ARGS
	$(BIN)/python -m benchmarks --only xtts $(ARGS)

bench-styletts2: $(VENV)/.bench ## Measure StyleTTS 2, stage by stage; options in ARGS
	$(BIN)/python -m benchmarks --only styletts2 $(ARGS)

picture: $(VENV)/.dev ## Take the README's picture of the console anew (needs Chromium)
	$(BIN)/python -m tests.browser.picture

lock: ## Renew constraints.txt with the newest versions that fit
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install -q ".[dev,postgres,bench]"
	build/lock/bin/python -m pip --disable-pip-version-check install -q --no-deps resemblyzer
	echo "# Versions that were tested together. Made by 'make lock'." > build/constraints.txt
	build/lock/bin/python -m pip freeze --exclude-editable | grep -v ' @ ' >> build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/lock

clean: ## Remove all that was made here
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help install serve test test-quick test-clients test-voices test-cluster lint types tests tests-quick format bench bench-xtts bench-styletts2 picture lock clean

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Polyvox needs Python 3.11 or newer, and '$(PYTHON)' is not that." >&2; \
		echo "Install it, then name it: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(BIN)/python $(PINS)
	@echo "Installing Polyvox. The first time this takes a minute or two."
	$(PIP) install -q -c constraints.txt -e ".[postgres,google,console]"
	$(EARS)
	@touch $@

$(VENV)/.dev: $(BIN)/python $(PINS)
	@echo "Installing Polyvox and its tests. The first time this takes some minutes."
	$(PIP) install -q -c constraints.txt -e ".[dev,postgres]"
	$(EARS)
	@touch $(VENV)/.runtime $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) install -q -c constraints.txt -e ".[dev,postgres,bench]"
	@touch $@

# Rules of accessibility for the browser's tests, which are skipped, saying so, without them.
build/npm:
	@mkdir -p $@ && npm install --silent --no-audit --no-fund --ignore-scripts --prefix $@ $(AXE) || { \
		rm -rf $@; echo "Without npm the console's accessibility is not tested." >&2; }
