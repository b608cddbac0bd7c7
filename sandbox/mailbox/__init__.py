"""An SMTP server that keeps every message, and pages to read them."""
