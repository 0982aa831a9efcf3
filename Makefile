# Sidetone: every task of the house. `make help` prints this list.
# demo, run, test and the rest do their own set-up; it takes a moment only when something changed.
.DEFAULT_GOAL := help
PYTHON ?=
BOARD ?= desktop
ARGS ?=
PORT ?=
BIN := .venv/bin

.PHONY: help setup lock demo run test test-micropython test-xtensa test-hardware check bench train evaluate evaluate-calls lint types format docs clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv with everything (PYTHON=python3.13 to choose the interpreter)
	@sh requirements/setup.sh $(PYTHON)

lock: ## write requirements/*.lock anew from pyproject.toml (needs uv)
	sh requirements/lock.sh

demo: setup ## broker, dashboard and a played call (ARGS=--once: play it once and end)
	@$(BIN)/sidetone demo $(ARGS)

run: setup ## the device on live sound (BOARD=desktop|rpi-usb|rpi-codec or a file)
	@$(BIN)/sidetone run --board $(BOARD) $(ARGS)

test: setup ## all tests; those whose optional program is absent are skipped by name
	@$(BIN)/python -m pytest $(ARGS)

test-micropython: setup ## only the unit tests, under real MicroPython (64-bit, and 32-bit where it can be had)
	@$(BIN)/python -m pytest tests/host/test_on_micropython.py $(ARGS)

test-xtensa: setup ## the device kernels' real ESP32-S3 machine code under qemu-xtensa, with instruction counts
	@$(BIN)/python -m pytest tests/device/test_xtensa.py tests/device/test_viper_rules.py -s $(ARGS)
	@$(BIN)/python tests/device/step_cost.py

test-hardware: setup ## what only a board can prove (PORT=/dev/ttyACM0; docs/esp32-s3.md says what has to be wired)
	@$(BIN)/python -m pytest tests/hardware --override-ini='norecursedirs=.*' --port "$(PORT)" -s -v $(ARGS)

check: lint types test ## the whole truth: lint, types, both runtimes, fresh docs

bench: setup ## speed and memory, side by side with other packages
	@$(BIN)/python tests/bench/run.py $(ARGS)

train: ## build the corpus and train a network from nothing (hours, resumable; SIZE=small|full EXTRA=FOLDER of real speech; SIDETONE_LANGUAGE=en)
	@sh requirements/setup-train.sh $(PYTHON)
	@$(MAKE) --no-print-directory -C model train

evaluate: ## measure the released network, or MODEL=FOLDER, on speech that training never saw (REAL=FOLDER of real speech; SIDETONE_LANGUAGE=en)
	@sh requirements/setup-train.sh $(PYTHON)
	@$(MAKE) --no-print-directory -C model evaluate

evaluate-calls: ## scripted calls with known truth: every rule broken and kept, every measure's error (REAL=FOLDER; ARGS=--help)
	@sh requirements/setup-train.sh $(PYTHON)
	@$(MAKE) --no-print-directory -C model evaluate-calls

lint: setup ## ruff, layout included
	@$(BIN)/ruff check .

types: setup ## mypy, strict
	@$(BIN)/mypy

format: setup ## let ruff repair what it can
	@$(BIN)/ruff check --fix .

docs: setup ## write the generated tables in docs/ anew, and bring the commands' Chinese texts in step (data/zh.po)
	@$(BIN)/python docs/generate.py $(ARGS)

clean: ## remove everything that was built (.venv and caches)
	rm -rf .venv .venv-train build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.egg-info' -type d -prune -exec rm -rf {} +
