# One image for every process; docker-compose.yml names the command of each.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# Without pip: nothing is installed where it runs.
RUN python -m venv --without-pip /venv
COPY requirements/runtime.txt /requirements/runtime.txt
RUN pip --python /venv/bin/python install --require-hashes -r /requirements/runtime.txt

FROM build AS build-development
COPY requirements/dev.txt /requirements/dev.txt
RUN pip --python /venv/bin/python install --require-hashes -r /requirements/dev.txt

FROM python:3.13-slim AS ground
RUN useradd --system --uid 10001 --user-group --home-dir /srv/smartstay smartstay \
    && install -d -o smartstay -g smartstay /var/lib/smartstay
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/srv/smartstay
WORKDIR /srv/smartstay
# What a container runs decides how it is asked whether it lives: docker-compose.yml says it for each.
HEALTHCHECK NONE

# The outside world and the demo data; never in the image that is deployed.
FROM ground AS development
COPY --from=build-development /venv /venv
COPY . .
USER 10001:10001

FROM ground AS runtime
COPY --from=build /venv /venv
COPY app app
COPY workers workers
COPY migrations migrations
COPY wsgi.py celeryconfig.py gunicorn.conf.py ./
# The code belongs to root and its bytecode is there: no process writes any, or compiles at each start.
RUN python -m compileall -q --invalidation-mode unchecked-hash app workers migrations ./*.py
USER 10001:10001
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--http", "1", "wsgi:app"]
