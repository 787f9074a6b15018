# Two commands: `make serve` to read the site, `make test` to check everything. Between edits,
# `make quick`, or a part of the tests: make test ARGS="-k diagonal"
# They need Python 3.11 or newer, make and a shell; the rest is installed into this folder.

# The first Python that is new enough. Another one: make PYTHON=python3.13 serve
PYTHON = $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,\
           $(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
ADDRESS = 127.0.0.1:8000
BIN = .venv/bin

# Node, and whatever else a page or a test calls by its name, is the environment's own.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# What one process has compiled of a library, the next one need not, whatever is the habit here.
unexport PYTHONDONTWRITEBYTECODE
# A notice of the theme's about a successor that cannot run this site.
export NO_MKDOCS_2_WARNING = 1

.DEFAULT_GOAL = help
.PHONY: help serve test quick build lock clean ready

help:  ## list these commands
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## */make \1	/' | expand -t 13

serve: ready  ## read the site while you write it: http://127.0.0.1:8000
	@$(BIN)/python -m mkdocs serve --livereload --dirty --dev-addr $(ADDRESS)

test: ready  ## check everything: style, types, package, pages, browser
	@$(BIN)/python -m tools.run_tests $(ARGS)

quick: ready  ## check in a minute: style, types, examples, contract, one page
	@$(BIN)/python -m tools.run_tests quick

build: ready  ## write the site into site/
	@$(BIN)/python -m mkdocs build --strict

lock: ready  ## write requirements.lock anew, with the newest versions that fit
	@$(BIN)/python -m tools.lock

clean:  ## remove all that these commands made, .venv and node_modules too
	@rm -rf .venv .cache node_modules site build *.egg-info \
	  .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

ready:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, and $(or $(PYTHON),none) was found." \
	    "Name one: make PYTHON=/path/to/python3 serve" >&2; exit 1; }
	@"$(PYTHON)" -m tools.setup
