.PHONY: up down demo test check reset
up down demo test check reset:
	@./dev $@
