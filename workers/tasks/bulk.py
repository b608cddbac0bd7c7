"""Jobs that may wait: mail, geocoding, reports."""
