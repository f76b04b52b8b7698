# Needs: Python 3.11 or newer with venv and pip, and CA certificates. Nothing else for `make run`.
PYTHON ?= python3

.PHONY: help run prepare test test-next bench lint lock raise licences audit pictures

help:
	@echo "make run          start the portal with its demonstration content (DEMO=0: an empty office)"
	@echo "make prepare      everything that run does, except starting the server"
	@echo "make test         everything: checks, tests on SQLite and PostgreSQL, real browser"
	@echo "make bench        measure beside nginx, gunicorn and Wagtail (PART=pages: one part; see docs/bench.md)"
	@echo "make lint         ruff and djade only"
	@echo "make lock         rewrite requirements.txt and tests/requirements.txt from pyproject.toml"
	@echo "make raise        newest versions into pyproject.toml, the locks and the list of licences"
	@echo "make test-next    the tests with Django 6 (PYTHON=python3.13)"
	@echo "make audit        ask for known faults of the locked versions (needs the package index)"
	@echo "make pictures     photograph the running demonstration for README and the editors' guides"

NEEDS_PYTHON = command -v $(PYTHON) >/dev/null || { \
	echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv, or name one with PYTHON=." >&2; \
	exit 1; }

# `exec` hands Ctrl-C and TERM to the launcher itself; the shell says which program is missing.
run:
	@$(NEEDS_PYTHON)
	@exec $(PYTHON) -I portal/launch.py

prepare:
	@$(NEEDS_PYTHON)
	@exec $(PYTHON) -I portal/launch.py --prepare

test:
	@$(NEEDS_PYTHON)
	@exec $(PYTHON) -I tests/suite.py

bench:
	@$(NEEDS_PYTHON)
	@exec $(PYTHON) -m bench $(PART)

lint:
	@exec $(PYTHON) -I tests/suite.py --lint

# The locks hold only versions and hashes; where packages come from is the business of each machine.
LOCK = .venv/lock
COMPILE = $(LOCK)/bin/pip-compile - --quiet --generate-hashes --strip-extras --no-header \
	--no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-options --upgrade
GROUP = import sys, tomllib; \
	groups = tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]; \
	print(*[line for name in sys.argv[1:] for line in groups[name]], sep="\n")

# Both groups are resolved together first: what only the tests need may not forbid what runs.
lock:
	@$(PYTHON) -m venv $(LOCK)
	@$(LOCK)/bin/pip install --quiet --upgrade pip pip-tools
	@$(LOCK)/bin/python -c '$(GROUP)' runtime test | $(COMPILE) -o $(LOCK)/both.txt
	@{ echo "-c $(CURDIR)/$(LOCK)/both.txt"; $(LOCK)/bin/python -c '$(GROUP)' runtime; } \
		| $(COMPILE) -o requirements.txt
	@{ echo "-c $(CURDIR)/$(LOCK)/both.txt"; $(LOCK)/bin/python -c '$(GROUP)' test; } \
		| $(COMPILE) -o tests/requirements.txt

# Run `make test` afterwards; the diff of the three files is the review.
raise:
	@$(PYTHON) -m venv $(LOCK)
	@$(LOCK)/bin/pip install --quiet --upgrade pip pip-tools
	@$(LOCK)/bin/python -I tests/raising.py
	@$(MAKE) --no-print-directory lock licences

licences: prepare
	@.venv/bin/python -m tests.licences

test-next:
	@$(NEEDS_PYTHON)
	@exec $(PYTHON) -I tests/next.py

AUDIT = .venv/audit
audit:
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/pip install --quiet --upgrade pip-audit
	@$(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.txt

pictures:
	@.venv/bin/python -m tests.pictures
