"""An object store that speaks like Amazon S3: moto's, with one bucket, kept in memory. What lies under `photos/` anybody may read.

Apart from `sandbox.server`, which does not import it: moto takes a third of a second to load, and most tests upload nothing.
moto does not look at the conditions of an upload's form: any size and any type are taken.
"""

import json

from flask import Flask, Request, request
from flask.typing import ResponseReturnValue
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.models import s3_backends
from werkzeug.test import Client
from werkzeug.wrappers import Response

from sandbox import faults
from sandbox.server import Sandbox
from sandbox.world import EXTENSION, World

BUCKET = "smartstay-photos"
PARTITION = "aws"


class ObjectStore:
    """What lies in the bucket, and the application that serves it at `/BUCKET/…`. The switch `s3` makes it misbehave."""

    def __init__(self, world: World, bucket: str = BUCKET) -> None:
        self.world, self.bucket = world, bucket
        self.moto = create_backend_app("s3")
        self.app = Flask("s3")
        self.app.extensions[EXTENSION] = world
        self.app.before_request(self._answer)
        self._touched = True
        self.forget()

    def forget(self) -> None:
        """Empties the bucket."""
        if not self._touched:
            return
        self._touched = False
        s3_backends[DEFAULT_ACCOUNT_ID][PARTITION].reset()
        client = Client(self.moto)
        client.put(f"/{self.bucket}")
        client.put(f"/{self.bucket}?policy", data=json.dumps(self._policy))

    def names(self) -> list[str]:
        """The names of all objects."""
        return sorted(s3_backends[DEFAULT_ACCOUNT_ID][PARTITION].buckets[self.bucket].keys)

    @property
    def _policy(self) -> dict[str, object]:
        readable = f"arn:aws:s3:::{self.bucket}/photos/*"
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": readable}
        return {"Version": "2012-10-17", "Statement": [statement]}

    def _answer(self) -> ResponseReturnValue:
        self._touched = True
        self.world.calls.record(f"s3_{request.method.lower()}", _key(request))
        return faults.run(self.world, self.world.switches.take("s3", _key(request)), self._by_moto)

    def _by_moto(self) -> ResponseReturnValue:
        return Response.from_app(self.moto, request.environ)


def _key(asked: Request) -> str:
    """Empty for the bucket itself, where forms are posted to."""
    return asked.path.lstrip("/").partition("/")[2]


def mount(box: Sandbox, bucket: str = BUCKET) -> ObjectStore:
    """Adds the store to a sandbox, which may be running."""
    store = ObjectStore(box.world, bucket)
    box.mount(bucket, store.app, store.forget)
    return store
