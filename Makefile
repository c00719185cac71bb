# What a developer does with this checkout. Every target first sets up what it needs; what is up to date costs nothing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help up test test-thorough check build bench soak format clean environment test-programs

PYTHON3 ?= python3
PYTHON := .venv/bin/python
READY := .venv/.loopsy-ready
JSON ?= bench.json
MINUTES ?= 30
# More than cores: much of a test is waiting for what other processes do.
WORKERS ?= 4
ARGUMENTS ?=

# Packages of npm that only tests use.
TEST_PACKAGES := tests/support/xterm tests/support/mcp

# Install Debian packages: $(call install,packages,what they are for). Without root it says what to install.
define install
	if ! command -v apt-get > /dev/null; then echo "Install for $(2): $(1)" >&2; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=(); \
	elif sudo -n true 2> /dev/null; then as_root=(sudo -n); \
	else printf '%s\n' "Missing for $(2): $(1)." "hint: sudo apt-get install $(1)" >&2; exit 1; fi; \
	echo "install $(1) for $(2)"; \
	apt() { "$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$$@" > /dev/null < /dev/null; }; \
	apt install -y --no-install-recommends $(1) 2> /dev/null || { apt update; apt install -y --no-install-recommends $(1); }
endef

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

up: build ## Relay, daemon and a pairing on this machine, until Ctrl-C
	@exec $(PYTHON) -m loopsy_deploy.up

# About a third of the time goes into tests that repeat in depth what leaner ones cover: a release runs them, too.
test: SELECTED := -m "not thorough"
test: ## What must pass: structure, lint, types, Node tests, Python and browser tests
test-thorough: ## The same and those that a release must pass besides
test test-thorough: test-programs check
	@$(PYTHON) -m loopsy_deploy.node npm --prefix relay --silent test
	@$(PYTHON) -m loopsy_deploy.node npm --prefix webapp --silent test
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadgroup --ignore tests/test_structure.py $(SELECTED) $(ARGUMENTS)

check: build ## Structure, lint and types of Python and TypeScript
	@$(PYTHON) -m pytest -q tests/test_structure.py
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -m mypy tests
	@$(PYTHON) -m loopsy_deploy.node npm --prefix relay --silent run check
	@$(PYTHON) -m loopsy_deploy.node npm --prefix webapp --silent run check

build: environment ## The relay's bundle and the web app
	@$(PYTHON) -m loopsy_deploy.build $(TEST_PACKAGES)

bench: build ## Speed against floors measured in the same run; make bench JSON=FILE
	@$(PYTHON) -m tests.bench.main --json "$(JSON)"

soak: build ## Long use with faults, and whether anything grows; make soak MINUTES=5
	@$(PYTHON) -m tests.soak.main --minutes "$(MINUTES)"

format: build ## Format Python and TypeScript
	@$(PYTHON) -m ruff check --fix-only --quiet .
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m loopsy_deploy.node npm --prefix relay --silent run format
	@$(PYTHON) -m loopsy_deploy.node npm --prefix webapp --silent run format

clean: ## Remove everything that was made here
	@rm -rf .venv build dist bench.json test-output .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@rm -rf {relay,webapp}/{node_modules,dist} webapp/dashboard $(addsuffix /node_modules,$(TEST_PACKAGES))
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { printf '%s\n' "Python 3.11 or later is needed." "hint: make PYTHON3=/path/to/python3" >&2; exit 1; }
	@$(PYTHON3) -c 'import ensurepip, venv' 2> /dev/null || { $(call install,python3-venv,the Python environment); }
	@echo "set up the Python environment in .venv (about a minute)"
	@$(PYTHON) -m pip --version > /dev/null 2>&1 || $(PYTHON3) -m venv --clear .venv
	@$(PYTHON) -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# Programs that the tests drive, as a person would.
test-programs: environment
	@missing=(); \
	for pair in chromium:chromium vim:vim htop:htop less:less ps:procps; do \
	  command -v "$${pair%%:*}" > /dev/null || missing+=("$${pair##*:}"); \
	done; \
	if [ "$${#missing[@]}" != 0 ]; then $(call install,$${missing[*]},the tests); fi
