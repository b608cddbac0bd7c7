"""Alembic's way in: our metadata, PostGIS-aware, one transaction a migration, never waiting long for a lock."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, pool, text

from app.config import settings
from app.models import metadata

EXTENSION_TABLES = {"spatial_ref_sys"}


def include_object(item, name, kind, reflected, compare_to):
    if kind == "table" and name in EXTENSION_TABLES:
        return False
    return alembic_helpers.include_object(item, name, kind, reflected, compare_to)


OPTIONS = {
    "target_metadata": metadata,
    "include_object": include_object,
    "process_revision_directives": alembic_helpers.writer,
    "render_item": alembic_helpers.render_item,
    "compare_type": True,
    "transaction_per_migration": True,
}


def run_offline():
    context.configure(url=settings().database_url, literal_binds=True, dialect_opts={"paramstyle": "named"}, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def run_online():
    engine = create_engine(settings().database_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()


run_offline() if context.is_offline_mode() else run_online()
