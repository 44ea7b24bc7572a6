# `make demo` and `make test` need Python 3.11 to 3.13, git and make, and set up the rest themselves.
# For an environment of your own, see the README: the workflow itself is plain `snakemake`.

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(p)),$(p))))
CORES ?= 2
BIN := .venv/bin
RUN := .venv/run.stamp
DEVELOP := .venv/develop.stamp
MUTATION := .mutation/run.stamp

.PHONY: accuracy bench columns demo kills test mutation lint format requirements clean

demo: $(RUN)
	$(BIN)/snakemake --cores $(CORES) --report results/report.html --report-after-run
	@echo "Tables and figures: results/demo/VV/analysis. All in one file: results/report.html"

test: $(DEVELOP)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n $(CORES) --cov=scripts/stackshift \
	  --cov-fail-under=95 --cov-report=term:skip-covered $(PYTEST)

# Kills the workflow thirty times at random moments; some minutes.
kills: $(DEVELOP)
	PATH="$(CURDIR)/$(BIN):$$PATH" STACKSHIFT_KILLS=30 $(BIN)/python -m pytest -s tests/test_interruption.py

# Which wrong versions of the code no test notices, for docs/mutation.md; about half an hour.
mutation: $(MUTATION)
	.mutation/bin/python bench/mutation.py

# Writes docs/accuracy.md and its figure; about ten minutes.
accuracy: $(RUN)
	OMP_NUM_THREADS=1 $(BIN)/python bench/accuracy.py --write

# The whole workflow beside the mended notebook, and what Snakemake's graph costs; about ten
# minutes and 12 GB of disk. BENCH="--write" writes docs/benchmark.md, BENCH="--size 2048" is quick.
bench: $(DEVELOP)
	$(BIN)/python bench/pipeline.py $(BENCH)
	$(BIN)/python bench/graph.py

# Writes docs/columns.md from the one place where the columns stand.
columns: $(RUN)
	$(BIN)/python docs/make_columns.py

lint: $(DEVELOP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint
	$(BIN)/mypy scripts/stackshift scripts/stackio scripts/stackflow

format: $(DEVELOP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

# A changed list makes the environment anew, so that nothing of the old one is left.
$(RUN): requirements.txt
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(DEVELOP): requirements-dev.txt $(RUN)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# Apart from the others, as nothing else needs what makes the mutants.
$(MUTATION): requirements.txt requirements-dev.txt
	rm -rf .mutation
	$(PYTHON) -m venv .mutation
	.mutation/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	.mutation/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	.mutation/bin/python -m pip install --quiet --disable-pip-version-check cosmic-ray==8.7.0
	touch $@

# For maintainers; needs uv. Versions for Python 3.11 to 3.13 in one list, without a host's name.
requirements:
	uv pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --quiet requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --quiet -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .venv .mutation results logs benchmarks/*/ .snakemake
