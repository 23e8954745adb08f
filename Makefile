# Two commands do everything on a fresh machine with Python 3.11 or newer, pip and make:
#   make cases   test the published claims on this machine
#   make test    test the suite itself
# And one, with the extra `peers` (CPU builds are enough), measures how fast it is:
#   make bench   the table of targets, asv for this commit, trend figures; make bench-history COMMITS="14add9f …"
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

# One BLAS and one XLA thread a worker: on shared cores more threads were measured to be slower, never faster.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: cases report test suite benchmarks-check check-all docs shape standard lint results calibration bench bench-gpu bench-history trends clean

cases: $(VENV)/installed
	$(BIN)/python -m pytest cases/ -n $(WORKERS)

# The committed records as a site: open .fieldbench/report/index.html.
report: $(VENV)/installed
	$(BIN)/fieldbench report --results results

# mypy and asv are one process each: beside the tests they have what two workers leave, where they had a core and left
# the other idle.
test: $(VENV)/installed
	$(MAKE) --no-print-directory -j 2 lint suite benchmarks-check
	$(BIN)/python -m pytest cases/ -n $(WORKERS) --results .fieldbench/test-results

benchmarks-check: $(VENV)/installed
	cd benchmarks && ../$(BIN)/asv check -E existing

suite: $(VENV)/installed
	$(BIN)/python -m pytest tests/ -n $(WORKERS) --dist worksteal --slow

# What is too slow for every commit: the report in a browser, the documentation, wheel, sdist and crate.
check-all: $(VENV)/docs-installed test
	$(BIN)/python -m pytest tests/ -m whole --whole

# docs/_build/html/index.html, without one warning and without a network.
docs: $(VENV)/docs-installed
	$(BIN)/python -m sphinx -q -E -W -b html docs docs/_build/html

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# What the house looks like: lines a case, modules a room, who is used by one claim alone, names that mean two things.
shape:
	$(PYTHON) tests/shape.py

standard: $(VENV)/installed
	$(BIN)/python -m pytest cases/ -n $(WORKERS) --tier standard

results: $(VENV)/installed
	$(BIN)/fieldbench results-table --readme README.md
	$(BIN)/fieldbench coverage
	$(BIN)/python tests/test_findings.py

# What the rule makes of claims whose truth is known, and of worlds in which the committed records' statements are false.
calibration: $(VENV)/installed
	$(BIN)/python tests/verdicts/test_calibration.py > docs/calibration.md
	$(BIN)/python tests/test_false_claims.py >> docs/calibration.md

# Everything that a clean checkout needs for benchmarks/README.md; results/ may differ from the commit, the code may not.
bench: $(VENV)/peers-installed
	$(BIN)/python -m benchmarks.history --check
	env -u OMP_NUM_THREADS -u OPENBLAS_NUM_THREADS $(BIN)/python -m benchmarks.targets
	$(BIN)/python -m benchmarks.history HEAD
	$(BIN)/python -m benchmarks.trends
	$(BIN)/python -m benchmarks.targets --readme

# On the accelerator that JAX sees, or a CPU; two minutes on an H200.
bench-gpu: $(VENV)/installed
	$(BIN)/python -m benchmarks.on_accelerator results/asv/accelerator.json

COMMITS ?= 14add9f
bench-history: $(VENV)/peers-installed
	$(BIN)/python -m benchmarks.history $(COMMITS)
	$(BIN)/python -m benchmarks.trends

trends: $(VENV)/peers-installed
	$(BIN)/python -m benchmarks.trends

$(VENV)/docs-installed: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,bench,oracles,report,docs]'
	touch $@

$(VENV)/peers-installed: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,bench,oracles,peers,report]'
	touch $@

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'fieldbench needs Python 3.11 or newer: make PYTHON=python3.11 ...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,bench,oracles,report]'
	touch $@

clean:
	rm -rf $(VENV) .fieldbench .asv build docs/_build docs/api *.egg-info
