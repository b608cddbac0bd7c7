"""The application for whatever serves it. Patches nothing: gunicorn.conf.py does, first thing, for realtime alone."""

from app import create_app

app = create_app()
