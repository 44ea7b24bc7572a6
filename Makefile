# `make demo` and `make test` need Python 3.11 to 3.13, git and make, and set up the rest themselves.
# For an environment of your own, see the README: the workflow itself is plain `snakemake`.

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(p)),$(p))))
CORES ?= 2
BIN := .venv/bin
RUN := .venv/run.stamp
DEVELOP := .venv/develop.stamp
MUTATION := .mutation/run.stamp

PYTEST_ = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n $(CORES)
COVERAGE := --cov=scripts/stackshift --cov-fail-under=95 --cov-report=term:skip-covered

.PHONY: accuracy bench columns demo imports kills test test-all mutation lint format requirements clean

demo: $(RUN)
	$(BIN)/snakemake --cores $(CORES) --report results/report.html --report-after-run

test: $(DEVELOP)
	$(PYTEST_) -m "not long" $(COVERAGE) $(PYTEST)

# And what takes long or needs more than the lists: scale, Slurm, kills, a browser, a new environment.
test-all: $(DEVELOP)
	$(PYTEST_) $(COVERAGE) $(PYTEST)

# Kills the workflow thirty times at random moments; some minutes.
kills: $(DEVELOP)
	STACKSHIFT_KILLS=30 $(PYTEST_) -n 0 -s tests/test_interruption.py

# Which wrong versions of the code no test notices, for docs/mutation.md; about half an hour.
mutation: $(MUTATION)
	.mutation/bin/python bench/mutation.py

# Writes docs/accuracy.md and its figure; about ten minutes.
accuracy: $(RUN)
	OMP_NUM_THREADS=1 $(BIN)/python bench/accuracy.py --write

# The whole workflow beside the mended notebook and a floor, in turn, three times, and what Snakemake's graph
# costs; about an hour and 20 GB of disk. BENCH="--write" writes docs/benchmark.md; BENCH="--sizes 2048
# --rounds 1" is quick.
bench: $(DEVELOP)
	$(BIN)/python bench/pipeline.py $(BENCH)
	$(BIN)/python bench/graph.py
	$(BIN)/python bench/graph.py --scenes 1000 --pretend

# Writes docs/columns.md from the one place where the columns stand.
columns: $(RUN)
	$(BIN)/python docs/make_columns.py

# Who imports whom among the packages, as a matrix: nothing stands below its diagonal.
imports: $(RUN)
	$(BIN)/python tests/rooms.py

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

# What is installed is the list, whatever has been released since: nothing is resolved, and what has to be
# built is built by the list's setuptools. complete.py looks at extras too, which `pip check` leaves out.
# A changed list makes the environment anew, so that nothing of the old one is left.
define environment
	rm -rf $(1)
	$(PYTHON) -m venv $(1)
endef
INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --no-build-isolation
define install
	$(1)/bin/python $(INSTALL) $(addprefix -r ,$(2))
	$(1)/bin/python -m pip check --disable-pip-version-check
	$(1)/bin/python tests/complete.py $(2)
endef

$(RUN): requirements-build.txt requirements.txt
	$(call environment,.venv)
	$(BIN)/python $(INSTALL) -r requirements-build.txt
	$(call install,.venv,requirements.txt)
	touch $@

$(DEVELOP): requirements-dev.txt $(RUN)
	$(call install,.venv,requirements-dev.txt)
	touch $@

# Apart from the others, as nothing else needs what makes the mutants.
$(MUTATION): requirements-build.txt requirements.txt requirements-dev.txt requirements-mutation.txt
	$(call environment,.mutation)
	.mutation/bin/python $(INSTALL) -r requirements-build.txt
	$(call install,.mutation,requirements.txt requirements-dev.txt requirements-mutation.txt)
	touch $@

# For maintainers; needs uv. Versions for Python 3.11 to 3.13 in one list, with extras, without a host's name.
COMPILE := uv pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --no-strip-extras --no-emit-index-url --no-header --quiet
requirements:
	$(COMPILE) requirements-build.in -o requirements-build.txt
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(COMPILE) -c requirements.txt -c requirements-dev.txt requirements-mutation.in -o requirements-mutation.txt

clean:
	rm -rf .venv .mutation results logs benchmarks/*/ .snakemake
