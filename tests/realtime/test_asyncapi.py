"""The document says what is really sent."""

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import sentinel

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from app.bookings import events as of_bookings
from app.bookings.models import Booking, BookingStatus, PaymentStatus
from app.core.announce import HotelEvent, UserEvent
from app.core.columns import new_id
from app.payments import events as of_payments
from app.payments.models import Payment, Refund
from app.realtime.server import COMMANDS
from app.rooms.ledger import Freed
from app.rooms.states import Night
from tests.factories import Person, hotel, member
from tests.realtime.clients import dashboard, log_in
from tests.realtime.processes import ROOT, Realtime
