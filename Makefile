# The few verbs of this project; `make` alone lists them. Each does its own set-up and needs no terminal.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PY := .venv/bin/python
# One a processor up to two: more only wait for each other's databases.
PROCESSES := $(shell n=$$(nproc); echo $$(( n > 2 ? 2 : n )))
# TensorFlow: no GPU, no chatter.
export CUDA_VISIBLE_DEVICES := -1
export TF_CPP_MIN_LOG_LEVEL := 3
export TF_ENABLE_ONEDNN_OPTS := 0
export RASA_TELEMETRY_ENABLED := false
export PYTHONUNBUFFERED := 1

.PHONY: help setup test-setup run test check bench soak scenarios train evaluate safety-page lock

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: ## install the locked packages into .venv
	@deploy/setup.sh

test-setup: setup
	@deploy/test_setup.sh

run: setup ## start the whole line with a demo clinic and print its addresses
	@exec $(PY) -m bot run all

train: setup ## train the Rasa model, if its sources have changed
	@$(PY) -m bot train

check: setup ## format, lint, types, import arrows
	@echo "check: ruff format"; $(PY) -m ruff format --check --quiet .
	@echo "check: ruff"; $(PY) -m ruff check --quiet .
	@echo "check: mypy"; $(PY) -m mypy --no-error-summary
	@echo "check: import arrows"; .venv/bin/lint-imports --no-cache --show-timings | sed -n '/^Contracts/,$$p'

test: test-setup check train ## check, train if needed, and run every test
	@echo "test: every test, in $(PROCESSES) processes"; $(PY) -m pytest -n $(PROCESSES) --dist loadgroup $(ARGS)

bench: setup train ## measure against stock Rasa; figures go to results/
	@$(PY) -m tests.bench $(ARGS)

soak: test-setup train ## 300 conversations under SIGKILL and lossy scheduling
	@$(PY) -m tests.acceptance.soak $(ARGS)

scenarios: setup train ## held-out conversations, graded by how the schedule ends: make scenarios DATA=file.yml
	@$(PY) -m tests.acceptance.scenarios $(DATA) $(ARGS)

evaluate: setup ## how well messages are understood, or signs of danger found: make evaluate DATA=file.tsv
	@$(PY) -m bot evaluate $(if $(DATA),--data $(DATA)) $(ARGS)

safety-page: setup ## the safety screen as a page for a clinician to read and sign: results/safety.html
	@$(PY) -m bot safety-page $(ARGS)

lock: setup ## resolve pyproject.toml into requirements.lock
	@.uv/bin/uv pip compile pyproject.toml --all-extras --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet $(ARGS) -o requirements.lock
	@echo "lock: $$(grep -c '==' requirements.lock) packages"
