# Every target is one line of `make help`.  Extra words for a command: make publish ARGS="street-crime --month 2024-01"
.DEFAULT_GOAL := help
TARGETS := help setup sample plan preview publish portal portal-stop test check bench clean run-ready dev-ready
.PHONY: $(TARGETS)
# A word that is no target is refused before anything runs: `make publish street-crime` must not publish everything.
STRAY := $(filter-out $(TARGETS),$(MAKECMDGOALS))
ifneq ($(STRAY),)
NEAREST := $(if $(filter plan preview publish,$(MAKECMDGOALS)),,$(shell python3 -c 'import difflib, sys; print(*difflib.get_close_matches(sys.argv[1], sys.argv[2:], 1))' '$(subst ','\'',$(firstword $(STRAY)))' $(filter-out run-ready dev-ready,$(TARGETS)) 2>/dev/null))
ifneq ($(NEAREST),)
$(error there is no target `$(firstword $(STRAY))` and nothing was done. Did you mean: make $(NEAREST)? `make help` lists the targets)
endif
$(error there is no target `$(firstword $(STRAY))` and nothing was done. To name a dataset: make $(firstword $(filter plan preview publish,$(MAKECMDGOALS)) publish) ARGS="$(STRAY)". `make help` lists the targets)
endif
MAKEFLAGS += --no-print-directory --no-builtin-rules
ARGS ?=
# Another Python's modules must not leak into .venv; what is compiled is kept, or each command compiles it again.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
export PYTHON

help:         ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup:        ## Make .venv with everything the pipeline needs (instant when nothing changed)
	@sh requirements/setup.sh run
	@echo 'Ready. Next: make publish'

sample: run-ready       ## Invent the records of the example force
	@.venv/bin/pipeline sample $(ARGS)

plan: run-ready         ## Show what publish would change; writes nothing
	@.venv/bin/pipeline plan $(ARGS)

preview: run-ready      ## Build the site as it would be into data/private/preview; publishes nothing
	@.venv/bin/pipeline preview $(ARGS)

publish: run-ready      ## Build what changed and publish it: to data/published, and to CKAN when one is set
	@.venv/bin/pipeline publish --sample-when-empty $(ARGS)

portal: run-ready       ## Start a real CKAN on this machine and print its address
	@.venv/bin/python deploy/ckan/portal.py start $(ARGS)

portal-stop: run-ready  ## Stop that CKAN; its data stay
	@.venv/bin/python deploy/ckan/portal.py stop $(ARGS)

# A test writes hundreds of small files and keeps none: they stand in memory where there is room, and programs may run.
ROOM = $(shell grep -qs ' /dev/shm .*noexec' /proc/mounts || { \
  test "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $$4 }')" -gt 8000000 2>/dev/null && echo TMPDIR=/dev/shm; })

test: dev-ready         ## Run the tests
	@$(ROOM) .venv/bin/python -m pytest -n 2 --dist loadgroup $(ARGS)

# Nothing is changed; every tool runs, side by side, and what failed is shown at the end.  Types take longest: first.
check: dev-ready        ## Check format, lint, types and import contracts; changes nothing
	@out=$$(mktemp -d) || exit 1; trap 'rm -rf "$$out"' EXIT; \
	run() { name=$$1; shift; \
	  if "$$@" >"$$out/$$name" 2>&1; then echo "  ok      $$name"; mv "$$out/$$name" "$$out/.$$name"; \
	  else echo "  FAILED  $$name"; fi; }; \
	run types .venv/bin/mypy & \
	run format .venv/bin/ruff format --check . & \
	run lint .venv/bin/ruff check . & \
	run imports .venv/bin/lint-imports --no-logo & \
	wait; failed=; \
	for name in format lint types imports; do \
	  test -f "$$out/.$$name" || { failed=yes; echo; echo "--- $$name"; cat "$$out/$$name"; }; done; \
	test -z "$$failed"

bench: dev-ready        ## Measure the corridor, the pages and the files of all months; writes .bench
	@.venv/bin/python tests/bench/corridor.py $(ARGS)
	@.venv/bin/python -m tests.bench.pages
	@.venv/bin/python -m tests.bench.collected

clean:        ## Remove .venv, caches and measurements; never data, keys or the portal
	@rm -rf .venv .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find pipeline tests deploy -name __pycache__ -type d -prune -exec rm -rf {} +

run-ready:
	@sh requirements/setup.sh run

dev-ready:
	@sh requirements/setup.sh dev
