# Run `make help` for the commands and their variables.
.PHONY: help test
help:
	@echo "make test   get what is needed and run every test"
test:
	@python3 -m dev test
