# All set-up happens here: each target makes its own .venv once and uses it again.
#   make demo     make a small repository faster, with proof; no key and no Docker needed
#   make test     the whole test suite
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
PYTEST_ARGS ?=
# Files are dealt out to that many processes, in order; those with timed tests come last. Three keep two
# cores busy, since many tests wait. 0: all in one process, as a debugger needs it.
PYTEST_JOBS ?= 3
DEMO_ATTEMPTS ?= 4
DEMO_MINUTES ?= 2.8
# A virtual environment names its own path: in a moved or copied checkout it is made again.
ifneq ($(shell cat $(VENV)/.created 2>/dev/null),$(CURDIR))
FRESH := made-again
endif

BROKEN := { echo 'error: the installation in $(VENV) does not work: say make clean, then this again' >&2; exit 3; }
FAILED := { echo 'error: pip could not install (see above): is a package index in reach, is the disk full?' >&2; exit 3; }
# The editable hook of setuptools costs every start of this Python 25 ms, also inside of boxes; a folder
# that holds nothing but a link to the package does the same for nothing.
LINK := mkdir -p $(VENV)/checkout && ln -sfn "$(CURDIR)/speedwright" $(VENV)/checkout/speedwright \
	&& for hook in $(VENV)/lib/python3*/site-packages/__editable__.speedwright-*.pth; do \
	[ ! -f "$$hook" ] || echo "$(CURDIR)/$(VENV)/checkout" >"$$hook"; done

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench docs install-dev clean made-again

help:
	@echo 'make demo    make examples/logstats faster and prove it'
	@echo 'make test    run the tests'
	@echo 'make check   ruff and mypy'
	@echo 'make format  let ruff rewrite the code'
	@echo 'make bench   measure speedwright itself'
	@echo 'make docs    write docs/cli.md from --help'
	@echo 'make clean   remove .venv and caches'

demo: $(VENV)/.installed
	@$(BIN)/speedwright --version >/dev/null || $(BROKEN)
	@$(BIN)/speedwright optimize examples/logstats --attempts $(DEMO_ATTEMPTS) --time-limit $(DEMO_MINUTES)

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n $(PYTEST_JOBS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.installed-dev
	@set -e; for bench in benches/*.py; do echo "== $$bench"; $(BIN)/python "$$bench"; done

docs: $(VENV)/.installed-dev
	@$(BIN)/python docs/generate_cli.py

install-dev: $(VENV)/.installed-dev

clean:
	rm -rf $(VENV) build dist speedwright.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.installed: pyproject.toml $(VENV)/.created
	@echo 'installing speedwright into $(VENV) (a minute or two the first time)'
	@$(PIP) install --editable '.[profilers]' || $(FAILED)
	@$(LINK)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.created
	@echo 'installing speedwright and its tools into $(VENV) (a minute or two the first time)'
	@$(PIP) install --editable '.[dev]' || $(FAILED)
	@$(LINK)
	@touch $(VENV)/.installed $@

$(VENV)/.created: $(FRESH)
	@command -v $(PYTHON) >/dev/null || { echo 'error: no $(PYTHON) here: sudo apt-get install python3 python3-venv' >&2; exit 3; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'error: $(PYTHON) is older than 3.11; say make PYTHON=python3.12 or another one' >&2; exit 3; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'error: $(PYTHON) cannot make virtual environments: sudo apt-get install python3-venv' >&2; exit 3; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@echo '$(CURDIR)' >$@
