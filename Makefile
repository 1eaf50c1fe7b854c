# Every command gets by itself what it needs; `make help` lists them.
PYTHON ?= python3
DEV = @$(PYTHON) -m dev

.DEFAULT_GOAL := help
.PHONY: help run test test-oldest test-everything e2e bench bench-pages soak
.PHONY: snapshot torture lint
.PHONY: screenshots readme pot wheel setup clean

help:
	@echo "make run          start a provider and a second Odoo that signs in with it"
	@echo "make test         run the tests; TAGS=/oauth_provider:TestClass: some of Odoo's"
	@echo "make test-oldest  the same with the oldest oauthlib that is supported"
	@echo "make test-everything  also the longest tests, then Odoo's with all modules"
	@echo "make e2e          run only the tests of e2e/; ARGS='-k name': some of them"
	@echo "make bench        measure how fast it is; ARGS='--size=small': for a try,"
	@echo "                  ARGS='--against=REV': beside another commit; ARGS='--narrow':"
	@echo "                  what narrow scopes cost, nothing else"
	@echo "make soak         moderate load, and whether anything grows;"
	@echo "                  ARGS='--minutes=5': for as long as wanted (60)"
	@echo "make bench-pages  time every page in a large database; ARGS='--only token':"
	@echo "                  some of them, ARGS='--size=small': for a try"
	@echo "make snapshot     write down all that callers can see; ARGS='--at=REV': of a"
	@echo "                  commit, ARGS='--against=REV': what differs from it"
	@echo "make torture      faults under load; SECONDS=600: for as long as wanted"
	@echo "make lint         run every check"
	@echo "make screenshots  make the pictures of the README"
	@echo "make readme       write README.rst from readme/, docs/JOBS.md and docs/ERRORS.md"
	@echo "make pot          export i18n/oauth_provider.pot"
	@echo "make wheel        build the wheel of the last commit into dist/"
	@echo "make setup        get what the commands need, and run nothing"
	@echo "make clean        remove the cache folder"
	@echo
	@echo "Variables, in the environment or behind the command (make run ODOO=...):"
	@echo "  CACHE          where everything is kept that was fetched (.cache)"
	@echo "  ODOO           an Odoo 19.0 to use; fetched if not given"
	@echo "  PGHOST PGPORT PGUSER PGPASSWORD"
	@echo "                 a PostgreSQL to use; a private one if none is given"
	@echo "  PROVIDER_PORT  port of the provider (8069)"
	@echo "  CLIENT_PORT    port of the second Odoo (8070)"
	@echo "  OAUTHLIB       another version of oauthlib, such as 3.3.1"
	@echo "  PROTOCOL_ONLY  only tests whose result may depend on oauthlib"
	@echo "  EVERY_TEST     also tests that fetch very much (AI assistants: 1 GB), or take"
	@echo "                 long, such as those of make bench"

run:
	$(DEV) run

test:
	$(DEV) test $(if $(TAGS),--tags='$(TAGS)')

test-oldest:
	@$(MAKE) --no-print-directory test OAUTHLIB=3.3.1

test-everything:
	$(DEV) test-everything $(if $(TAGS),--tags='$(TAGS)')

e2e:
	$(DEV) test --pytest-only -- e2e $(ARGS)

bench:
	$(DEV) bench $(ARGS)

soak:
	$(DEV) soak $(ARGS)

bench-pages:
	$(DEV) bench-pages $(ARGS)

snapshot:
	$(DEV) snapshot $(ARGS)

torture:
	$(DEV) torture $(if $(SECONDS),--seconds=$(SECONDS))

lint:
	$(DEV) lint

screenshots readme pot wheel setup clean:
	$(DEV) $@
