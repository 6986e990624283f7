# VPC e-gestion. `make help` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run test check bench faults planted fortnight lock translations screenshot

# The first Python that is new enough; PYTHON=… overrides it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
BOOTSTRAP = @$(if $(PYTHON),"$(PYTHON)" tools/bootstrap.py,echo "egestion: Python 3.11 or newer is needed (PYTHON=/path/to/python3)" >&2; exit 1;)
BIN := .venv/bin
ARGS ?=
SEED ?=
export SEED

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf 'make %-13s %s\n' "$$name" "$$text"; done

run: ## install what is missing and run the whole service (practice) in the foreground; Ctrl-C stops it
	$(BOOTSTRAP) run
	@exec $(BIN)/egestion run

test: ## install what tests need and run every test of acceptance (ARGS="-k words" narrows)
	$(BOOTSTRAP) test
	@$(if $(ARGS),$(BIN)/python -m pytest $(ARGS),$(BIN)/python -m tools.run_tests)

check: ## lint, format, types, import rules, migrations, translations
	$(BOOTSTRAP) dev
	@$(BIN)/python -m tools.check

bench: ## measure authorisations per second and what bounds them
	$(BOOTSTRAP) dev
	@$(BIN)/python -m benchmarks $(ARGS)

faults: ## kill -9 at each step, verbs against each other, then a long seeded run (SEED=n repeats one, ARGS="--short")
	$(BOOTSTRAP) test
	@$(BIN)/python -m pytest tests/faults tests/races tests/remittance
	@$(BIN)/python -m tests.faults.engine $(ARGS)

planted: ## plant twenty defects one by one into a copy and show that the tests see them (ARGS="--seeded" by the seeded run)
	$(BOOTSTRAP) test
	@$(BIN)/python -m tests.faults.planted $(ARGS)

lock: ## resolve requirements*.in anew into the locks, with hashes (needs uv)
	@command -v uv >/dev/null || { echo "egestion: make lock needs uv on the path" >&2; exit 1; }
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.lock

translations: ## extract the texts and bring the French and English catalogues up to date
	$(BOOTSTRAP) dev
	@$(BIN)/python -m tools.translations

fortnight: ## live two weeks of orders, evenings and bank nights, and hold the bank's statements against them
	$(BOOTSTRAP) test
	@$(BIN)/python -m tests.days.fortnight

screenshot: ## make the README's picture anew (docs/counter.png)
	$(BOOTSTRAP) test
	@$(BIN)/python -m tools.screenshot
