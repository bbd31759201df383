# One word per chore; `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
RUN := .venv/bin/python -m
# Each file in one of some processes, each with parts of its own; PROCESSES=0 shows one test after the other.
PROCESSES ?= 4
TESTS := $(RUN) pytest -n $(PROCESSES) --dist loadfile --max-worker-restart 0
WITH_GUI := . .state/system/gui.sh &&

# make demo KEEP=1 BROKER=kafka SCICAT_URL=https://…
KEEP ?=
BROKER ?= embedded
SCICAT_URL ?=
# make bench ONLY="snapshot recorder"
ONLY ?=
DEMO_OPTIONS := --broker $(BROKER) $(if $(KEEP),--keep) $(if $(SCICAT_URL),--scicat-url '$(SCICAT_URL)')

SOAK_SCANS ?= 200
SOAK_SEED ?=
MUTATIONS ?= 100000

.PHONY: help setup demo test test-unit test-integration test-bad-days test-versions bench soak mutations sabotage pictures lint format schemas clean
.DEFAULT_GOAL := help

help: ## list the chores
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

setup: ## make .venv with everything in it, and .state/system; needs no root
	@$(PYTHON) -m bootstrap test

demo: ## one scan and one file, from nothing to the catalogue (KEEP=1 BROKER=kafka SCICAT_URL=…)
	@$(PYTHON) -m bootstrap demo $(if $(filter kafka,$(BROKER)),kafka)
	@.venv/bin/scizoo demo $(DEMO_OPTIONS)

# The bad days are a run of their own: a process keeps the first Tango database it has seen.
test: setup lint ## lint, then all tests against the real parts
	@$(WITH_GUI) ended=0; \
	$(TESTS) tests/bad_days || ended=1; \
	$(TESTS) tests/unit tests/integration || ended=1; \
	exit $$ended

test-unit: setup ## the fast tests only
	@$(WITH_GUI) $(TESTS) tests/unit

test-integration: setup ## the tests with Tango, Sardana, Kafka and MongoDB only
	@$(WITH_GUI) $(TESTS) tests/integration

test-bad-days: setup ## whatever dies, nothing is lost: the bad days only
	@$(WITH_GUI) $(TESTS) tests/bad_days

test-versions: setup ## the lowest and the newest version of each dependency
	@$(WITH_GUI) $(PYTHON) -m bootstrap.versions lowest newest

bench: setup ## the numbers, side by side with what they are compared to (ONLY="snapshot spool …")
	@$(RUN) benchmarks $(ONLY)

soak: setup ## two hundred scans, and a bad day every few seconds (SOAK_SEED=… SOAK_SCANS=…)
	@SOAK_SCANS=$(SOAK_SCANS) SOAK_SEED=$(or $(SOAK_SEED),$$RANDOM) $(RUN) pytest -o log_cli=true tests/bad_days/test_day_20_soak.py

mutations: setup ## 100,000 messages mutated at random through the whole pipeline (MUTATIONS=…)
	@SCIZOO_MUTATIONS=$(MUTATIONS) $(RUN) pytest -k mutations tests/bad_days/test_day_12_hostile_messages.py

sabotage: setup ## each protection taken out of a copy once, and a test must fail (ONLY="03 17")
	@$(RUN) tests.bad_days.sabotage $(ONLY)

lint: setup ## style, types, who may import whom, freshness of the schemas
	@$(RUN) ruff check .
	@$(RUN) ruff format --check --quiet .
	@$(RUN) mypy
	@.venv/bin/lint-imports --no-logo
	@$(RUN) scifish.generate_schemas --check

pictures: setup ## the pictures of the windows in docs/images anew, of real devices
	@$(WITH_GUI) .venv/bin/python docs/tools/scidog_screenshots.py
	@$(WITH_GUI) SCIZOO_PICTURES=docs/images SCIZOO_PICTURES_DATA=/data \
		sh docs/tools/with_data.sh $(RUN) pytest tests/integration/config_gui/test_panel_pictures.py

format: setup ## put the code into the common form
	@$(RUN) ruff check --fix --quiet . ; $(RUN) ruff format --quiet .

schemas: setup ## write the JSON schemas anew
	@$(RUN) scifish.generate_schemas

clean: ## remove everything that was made here, .venv and .state too
	@rm -rf .venv .state build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
