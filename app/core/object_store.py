"""The one way to the object store, Amazon S3 or what speaks like it: timeouts always, our errors for its, never inside a transaction."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import SecretStr

from app.config import settings
from app.core.breaker import Breaker
from app.core.db import in_transaction
from app.core.http_client import FAILURES, REST_SECONDS, NoAnswer, Resting
from app.core.logging import logger

T = TypeVar("T")

VENDOR = "s3"
CONNECT_SECONDS, READ_SECONDS = 2, 5
DOWNLOAD_SECONDS = 15  # of a whole object, however steadily it drips
PART = 256 * 1024
FOREVER = "public, max-age=31536000, immutable"

log = logger(__name__)


class ObjectGone(Exception):
    """There is no object under this key."""


class ObjectChanged(Exception):
    """The object is no longer the one that was looked at."""


class ObjectTooLong(Exception):
    """The object is longer than the caller wants to read."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form that a browser may post: `fields` as they are, then the file as the last one, called `file`."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """`size` in bytes; `etag` is another one whenever the content is."""

    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bucket is and who we are there. `endpoint_url` None: Amazon's; no key: that of the machine's role.

    `upload_url`: where browsers reach the bucket, when not at its own address.
    """

    endpoint_url: str | None
    region: str
    bucket: str
    key_id: str | None
    secret: SecretStr | None
    upload_url: str | None


def store() -> "ObjectStore":
    """The store of this process's settings. Made at its first use: a child that was forked makes its own."""
    chosen = settings()
    place = Place(
        chosen.s3_endpoint_url or None,  # compose files can set a variable to nothing, and not leave it out
        chosen.s3_region,
        chosen.s3_bucket,
        chosen.s3_access_key_id or None,
        chosen.s3_secret_access_key,
        chosen.public_upload_url,
    )
    return _store(os.getpid(), place)


@cache
def _store(_pid: int, place: Place) -> "ObjectStore":
    return ObjectStore(_client(place), place.bucket, place.upload_url)


def _client(place: Place) -> Any:
    """A client of a session of its own, for the library's default one is not safe between threads."""
    return Session().client(
        "s3",
        endpoint_url=place.endpoint_url,
        region_name=place.region,
        aws_access_key_id=place.key_id,
        aws_secret_access_key=place.secret.get_secret_value() if place.secret else None,
        config=Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 1},  # jobs come back by themselves, and a request does not wait
            # Stores that only speak like Amazon's do not know the checksums that it has lately come to expect.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if place.endpoint_url else "virtual"},
        ),
    )


class ObjectStore:
    """One bucket, safe to share between threads. Every call but `upload_form` may raise NoAnswer and Resting, and RuntimeError inside a
    transaction. After five failures in a row it rests for 30 seconds, then one probe decides.
    """

    def __init__(self, client: Any, bucket: str, upload_url: str | None) -> None:
        self.client, self.bucket, self.upload_url = client, bucket, upload_url
        self.breaker = Breaker(FAILURES, REST_SECONDS)

    def upload_form(self, key: str, content_type: str, size: int, seconds: int) -> UploadForm:
        """Lets its holder put one object of this type and of exactly `size` bytes under this key, within so many seconds.

        Signed here: the store is not asked. Raises NoAnswer when there is no key to sign with.
        """
        conditions = [{"Content-Type": content_type}, ["content-length-range", size, size]]
        try:
            form = self.client.generate_presigned_post(
                self.bucket, key, {"Content-Type": content_type}, conditions, ExpiresIn=seconds
            )
        except BotoCoreError as error:
            raise NoAnswer(f"{VENDOR}: {type(error).__name__}") from error
        return UploadForm(self.upload_url or form["url"], form["fields"])

    def look(self, key: str) -> Found | None:
        """What lies under the key; None when nothing does."""
        try:
            head = self._call("head_object", key)
        except ObjectGone:
            return None
        return Found(head["ContentLength"], head["ETag"])

    def read(self, key: str, *, etag: str, most: int) -> bytes:
        """The whole object that `look` told of. Raises ObjectGone, ObjectChanged, ObjectTooLong when it is over `most` bytes."""
        return self._guarded("read", key, lambda: self._read(key, etag, most))

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Writes an object that never changes: whoever reads it may keep it."""
        self._call("put_object", key, Body=body, ContentType=content_type, CacheControl=FOREVER)

    def delete(self, key: str) -> None:
        """Deletes the object, if there is one."""
        self._call("delete_object", key)

    def _read(self, key: str, etag: str, most: int) -> bytes:
        answer = self.client.get_object(Bucket=self.bucket, Key=key, IfMatch=etag)
        ends, content = time.monotonic() + DOWNLOAD_SECONDS, bytearray()
        with answer["Body"] as body:
            while part := body.read(PART):
                content += part
                if len(content) > most:
                    raise ObjectTooLong
                if time.monotonic() > ends:
                    raise NoAnswer(f"{VENDOR} takes too long over an object")
        return bytes(content)

    def _call(self, operation: str, key: str, **arguments: Any) -> Any:
        call = getattr(self.client, operation)
        return self._guarded(operation, key, lambda: call(Bucket=self.bucket, Key=key, **arguments))

    def _guarded(self, operation: str, key: str, call: Callable[[], T]) -> T:
        if in_transaction():
            raise RuntimeError(f"{VENDOR} may not be called inside a transaction")
        if not self.breaker.admits():
            raise Resting(f"{VENDOR} is resting after repeated failures")
        try:
            answer = _told(operation, key, call)
        except (ObjectGone, ObjectChanged, ObjectTooLong):
            self.breaker.succeeded()
            raise
        except BaseException:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return answer


def _told(operation: str, key: str, call: Callable[[], T]) -> T:
    """The call with its log line, its errors as ours."""
    began, outcome = time.monotonic(), "done"
    try:
        return call()
    except ClientError as error:
        outcome = str(error.response["ResponseMetadata"]["HTTPStatusCode"])
        raise _meaning(outcome) from error
    except BotoCoreError as error:
        outcome = type(error).__name__
        raise NoAnswer(f"{VENDOR} did not answer: {outcome}") from error
    finally:
        elapsed = round((time.monotonic() - began) * 1000)
        log.info("vendor_call", vendor=VENDOR, method=operation, path=key, status=outcome, ms=elapsed)


def _meaning(status: str) -> Exception:
    """Of a refusal. That of our key is no fault of the object: a person mends it, and the work goes on then."""
    known: Mapping[str, type[Exception]] = {"404": ObjectGone, "412": ObjectChanged}
    return known.get(status, NoAnswer)(f"{VENDOR} answered {status}")
