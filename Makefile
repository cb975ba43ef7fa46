# Two commands matter: make run and make test. See docs/configuration.md for what the environment may set.
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes
PACKAGES := accounts recovery reminders config
PYTEST_ARGS ?=

.PHONY: run test check quality bench screens format messages install install-dev lock
.DEFAULT_GOAL := run

run: install ## start everything, with demo data; Ctrl-C stops it
	@exec $(PY) manage.py up

test: install-dev ## run the tests
	@var=$$(mktemp -d) && trap 'rm -rf "$$var"' EXIT && \
	VAR_DIR="$$var" DEMO="$${DEMO:-1}" $(PY) -m pytest -n 4 --dist worksteal $(PYTEST_ARGS)

check: quality test ## what CI runs

quality: install-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy $(PACKAGES) manage.py
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	@echo "check --deploy, as in production"
	@SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	PUBLIC_URL=https://bonestep.example EMAIL_URL=smtp://localhost TRUSTED_PROXIES=1 DEMO=0 DEBUG=0 \
	$(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(VENV)/bin/bandit -q -r $(PACKAGES) -ll

bench: install ## run the benchmarks and print ratios; BENCH_ARGS="--rows 1000000" for more
	@$(PY) -m benchmarks.engine $(BENCH_ARGS)
	@var=$$(mktemp -d) && trap 'rm -rf "$$var"' EXIT && unset DATABASE_URL && export VAR_DIR="$$var" && \
	$(PY) manage.py migrate -v 0 && $(PY) manage.py load_demo --once >/dev/null && \
	DJANGO_SETTINGS_MODULE=config.settings $(PY) -m benchmarks.pages

screens: install-dev ## take pictures of every screen into docs/screens; needs Chromium
	@$(PY) -m tests.journeys.pictures

format: install-dev ## put every file into shape
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

messages: install-dev ## bring the catalogs of words in step with the code
	@var=$$(mktemp -d) && trap 'rm -rf "$$var"' EXIT && VAR_DIR="$$var" $(PY) -m translations update

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.txt | $(PY)
	@echo "Installing packages. This takes about a minute, once."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what the tests need, once."
	@$(PIP) -r requirements-dev.txt
	@touch $@

# PYTHON chooses the interpreter; else the first one found that is 3.11 to 3.14.
$(PY):
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
		if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; then \
			echo "Making $(VENV) with $$($$python --version)."; \
			$$python -m venv $(VENV) && exit 0; rm -rf $(VENV); \
			echo "Python's venv module does not work here: install it (on Debian: apt-get install python3-venv)." >&2; exit 1; \
		fi; \
	done; echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=/path/to/python3." >&2; exit 1

lock: install-dev ## choose new versions of all packages
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header -q --upgrade requirements.in -o requirements.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header -q --upgrade requirements-dev.in -o requirements-dev.txt
