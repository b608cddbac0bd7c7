"""The outside world for development and tests: vendors that speak their own wire formats and misbehave on request.

`paystack/` is the payment gateway (API, hosted checkout, webhooks), `mailbox/` an SMTP server with a page to read
what arrived. Nothing here knows the application: the two meet over HTTP and SMTP only.
"""
