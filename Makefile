# Everything runs in .venv; the data of the demo and the services is in .labelferry.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export LABELFERRY_HOME ?= $(CURDIR)/.labelferry
export PREFECT_HOME ?= $(LABELFERRY_HOME)/prefect
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/ready ## create .venv with everything that the tests need
	@mkdir -p $(PREFECT_HOME)

# pip brings uv, and uv the rest: the same wheels by the same hashes in a quarter of the time.
.venv/ready: requirements.lock requirements-setup.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes --no-deps -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch .venv/ready

demo: setup ## onboard two videos into the embedded localbox, as pre-labels and as ground truth
	$(BIN)/labelferry demo --flow

# Three at a time: many tests only wait.
PYTEST := $(BIN)/pytest -n 3 --no-loadscope-reorder
test: setup ## every suite, without mere repetitions and the second client
	$(PYTEST) -m "not full"

test-all: setup ## every test: also a kill at each request, more fault storms, both clients throughout
	$(PYTEST)

# The other Pythons of the classifiers in pyproject.toml; make test uses the one in .venv.
PYTHONS ?= 3.12 3.13
matrix: setup ## unit, integration, golden and property tests on each other Python that is installed here
	.ci/matrix $(PYTHONS)

check: setup ## ruff, mypy, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/architecture

docs: setup ## the documentation site in site/, its reference pages regenerated
	$(BIN)/python -m docs.generate
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

bench: setup ## speed compared with the official SDK and with orjson alone; what a size costs in time and memory
	$(BIN)/python -m benches.encode
	$(BIN)/python -m benches.scale

up: setup ## start a Prefect server, a worker and a localbox here, and deploy
	$(BIN)/python -m deployments.services up

deploy: setup ## set up work pool, blocks, deployments and automations on the Prefect server at PREFECT_API_URL
	$(BIN)/python -m deployments.setup

down: ## stop what up started
	$(BIN)/python -m deployments.services down

# One version of each package for every Python from 3.11 on; markers name what only some of them need.
LOCK := $(BIN)/uv pip compile --quiet --python-version 3.11 --universal --fork-strategy fewest --generate-hashes \
  --no-header --no-emit-index-url --no-emit-find-links
lock: setup ## resolve the lock files again
	$(LOCK) pyproject.toml --extra dev --no-emit-package labelferry --output-file requirements.lock
	$(LOCK) pyproject.toml --extra video --extra postgres --extra redis --no-emit-package labelferry --no-annotate \
	  -c requirements.lock --output-file deployments/requirements.lock
	echo uv | $(LOCK) - --output-file requirements-setup.lock

.PHONY: help setup demo test test-all matrix check docs bench up deploy down lock
