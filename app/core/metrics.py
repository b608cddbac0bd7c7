"""What is measured. Names are stable: dashboards and alerts are built on them."""

from prometheus_client import Counter, Histogram

REQUESTS = Histogram("smartstay_http_request_seconds", "HTTP requests by route", ["method", "route", "status"])
BOOKINGS = Counter("smartstay_bookings_total", "Bookings by what became of them", ["event"])
FROM_SEARCH = Counter(
    "smartstay_bookings_from_search_total", "Those of the bookings that name a search they came from", ["event"]
)
BOOKING_VALUE = Counter("smartstay_booking_value_kobo_total", "Value of confirmed bookings in kobo")
PAYMENTS = Counter("smartstay_payments_total", "Payments by outcome; abandoned attempts apart", ["outcome"])
JOBS = Histogram("smartstay_job_seconds", "Jobs by name and outcome", ["job", "outcome"])
SEARCHES = Counter("smartstay_searches_total", "Searches by whether the answer was cached", ["cached"])
PHOTOS = Counter("smartstay_photos_total", "Uploaded pictures by what their check said", ["outcome"])
