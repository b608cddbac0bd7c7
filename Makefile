.PHONY: up down demo test check bench audit reset
up down demo test check bench audit reset:
	@./dev $@
