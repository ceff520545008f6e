# The two commands that matter: `make run` and `make test`. Both set up .venv on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export GRADIO_ANALYTICS_ENABLED := False

.PHONY: run test check format clean
run: $(VENV)/installed          ## start the app with a working example on http://127.0.0.1:7860
	$(BIN)/foil serve --example

# One thread a worker: two workers of two threads each spend half of two cores waiting for one another.
# Three workers, since one of them mostly waits for a browser.
test: export OMP_NUM_THREADS = 1
test: $(VENV)/installed         ## the whole default suite: ruff, mypy, pytest
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(VENV)/installed        ## only the linters
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/installed
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

$(VENV)/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Foil needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -e '.[dev]'
	touch $@

clean:                          ## forget the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build *.egg-info
