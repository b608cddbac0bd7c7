"""The application for whatever serves it. Patches nothing: gunicorn.conf.py does, first thing, for realtime alone."""

from app.config import settings
from app.core.orphans import die_with_parent
from app.factory import create_app

if settings().process == "web":
    die_with_parent()  # granian's workers would outlive a killed main process and share its port with the next one

app = create_app()
