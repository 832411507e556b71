# Two commands are all a newcomer needs: `make serve` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
RUNTIME := .runtime
APT := apt-get install -qq -y --no-install-recommends chromium

.PHONY: install chromium serve test test-long wheelhouse licences sbom reader

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@echo 'installing into .venv; this takes some minutes and says nothing'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@

serve: install
	$(BIN)/fundstelle serve

# The page's tests drive Debian's Chromium. Where apt may not be used they are skipped, and say how to get it.
chromium:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  { $(APT) 2>/dev/null || { apt-get update -qq && $(APT); }; } || true; }

test: install chromium
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -m 'not long'
	$(BIN)/fundstelle eval corpus --gate eval/gate.toml

test-long: test
	$(BIN)/pytest -m long

# The reader from nothing, hours on two cores: training that is finished is not done again, what was stopped goes on.
DATA ?= ../shared/data
reader: install
	$(BIN)/python -m indexer.training.prepare --data $(DATA)
	$(BIN)/python -m indexer.training.reader.train --run reader --steps 1500
	$(BIN)/python -m eval.reader_examples $(DATA)
	$(BIN)/python -m indexer.training.reader.train --run reader-written --start reader --steps 900
	$(BIN)/python -m indexer.training.reader.train --run reader-towns --start reader-written --steps 1400
	$(BIN)/python -m indexer.training.reader.export reader-written reader-towns --out indexer/reader_model
	$(BIN)/python -m eval.calibration $(DATA)
	$(BIN)/python -m eval.operating_point --shared $(DATA)/..

# wheelhouse/ is all that a machine like this one needs to install without network.
wheelhouse: install
	rm -rf wheelhouse build  # what an earlier build left would be packed again
	$(BIN)/python -m pip wheel --quiet --constraint constraints.txt --wheel-dir wheelhouse .
	$(BIN)/python -m api.deploy.wheelhouse wheelhouse
	rm -rf build

licences: install
	$(BIN)/python -m api.deploy.licences

# Of what ships, and of nothing that only tests need.
sbom: wheelhouse
	rm -rf $(RUNTIME)
	$(BIN)/python -m venv --without-pip $(RUNTIME)
	$(BIN)/python -m pip --python $(RUNTIME)/bin/python install --quiet --no-index \
	  --find-links wheelhouse --require-hashes --requirement wheelhouse/requirements.txt
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	  --output-file sbom.json $(RUNTIME)/bin/python
