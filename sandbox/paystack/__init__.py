"""Paystack, as its API, its hosted checkout and its webhooks are seen from outside."""
