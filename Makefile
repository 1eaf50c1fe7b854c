# Run `make help` for the commands and their variables.
.PHONY: help run test
help:
	@echo "make run    start a provider and a second Odoo that signs in with it"
	@echo "make test   get what is needed and run every test"
run:
	@python3 -m dev run
test:
	@python3 -m dev test
