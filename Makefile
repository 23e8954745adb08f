# Two commands do everything on a fresh machine with Python 3.11 or newer, pip and make:
#   make cases   test the published claims on this machine
#   make test    test the suite itself
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

# One BLAS and one XLA thread a worker: on shared cores more threads were measured to be slower, never faster.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: cases test standard lint results clean

cases: $(VENV)/installed
	$(BIN)/python -m pytest cases/ -n $(WORKERS)

test: $(VENV)/installed lint
	$(BIN)/python -m pytest tests/ -n $(WORKERS) --slow
	$(BIN)/python -m pytest cases/ -n $(WORKERS) --results .fieldbench/test-results
	cd benchmarks && ../$(BIN)/asv check -E existing

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

standard: $(VENV)/installed
	$(BIN)/python -m pytest cases/ -n $(WORKERS) --tier standard

results: $(VENV)/installed
	$(BIN)/fieldbench results-table --readme README.md

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'fieldbench needs Python 3.11 or newer: make PYTHON=python3.11 ...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,bench,oracles]'
	touch $@

clean:
	rm -rf $(VENV) .fieldbench build *.egg-info
