"""The one list of what is read from the database whenever figures are asked for."""

from app.bookings.gauges import HOLDS
from app.core.audit import RESULTS
from app.core.gauges import CONNECTIONS, OUTBOX
from app.payments.gauges import LOOKS, REFUNDS

ALL = (OUTBOX, CONNECTIONS, HOLDS, LOOKS, REFUNDS, RESULTS)
