"""Every variable the system reads from its environment: typed, read once, refused when it makes no sense."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
SPELLING = r"^[1-9][0-9]{0,8}/(second|minute|hour|day)$"  # of a limit
DEVELOPMENT_SECRET = "development-only-secret-of-smartstay"  # noqa: S105 - refused in production, below

Process = Literal["web", "realtime", "relay", "worker", "beat", "flower", "cli"]


class Settings(BaseSettings):
    """Durations are seconds, money is kobo. Each field's description is its documentation."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    environment: Literal["development", "production"] = Field(
        "development", description="production refuses development secrets"
    )
    process: Process = Field(
        "cli", description="which of the processes this is; decides what is patched and how pools are sized"
    )
    secret_key: SecretStr = Field(SecretStr(DEVELOPMENT_SECRET), description="signs access and refresh tokens")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="lowest level that is logged")

    database_url: str = Field(
        "postgresql+psycopg://smartstay@127.0.0.1:5432/smartstay", description="PostgreSQL with PostGIS: the only truth"
    )
    database_pool_size: int = Field(5, ge=1, description="connections a process keeps")
    database_pool_overflow: int = Field(5, ge=0, description="connections a process may add under load")
    database_pool_timeout: float = Field(3.0, gt=0, description="how long a request waits for a connection before 503")
    database_statement_timeout: int = Field(5, ge=1, description="the longest statement of a request")
    database_lock_timeout: int = Field(2, ge=1, description="the longest wait for a row lock")
    redis_url: str = Field(
        "redis://127.0.0.1:6379/0", description="queues in flight, room locks, caches, fan-out: what may be lost"
    )
    redis_prefix: str = Field("smartstay:", description="put before every key and channel of ours")

    public_api_url: str = Field("http://127.0.0.1:8000", description="where clients and Paystack reach the API")
    public_realtime_url: str = Field("http://127.0.0.1:8001", description="where clients reach the sockets")
    public_web_url: str = Field("http://127.0.0.1:3000", description="where links in mails lead: the web app")
    cors_origins: list[str] = Field(default_factory=list, description="browser origins that may call and open sockets")
    trusted_proxies: int = Field(0, ge=0, description="how many proxies in front of us set X-Forwarded-For")
    web_processes: int = Field(
        2,
        ge=1,
        description="how many processes serve the API: while Redis is away each lets in its share of the limits",
    )
    rate_limit_search: str = Field("60/minute", pattern=SPELLING, description="searches and offers of one person")
    rate_limit_read: str = Field("100/minute", pattern=SPELLING, description="other GETs of one person")
    rate_limit_write: str = Field("60/minute", pattern=SPELLING, description="other changes of one person")
    rate_limit_admin: str = Field("300/minute", pattern=SPELLING, description="what one of the platform's people asks")
    rate_limit_auth: str = Field(
        "60/minute", pattern=SPELLING, description="logins, registrations and used links of one address"
    )
    rate_limit_people_per_address: int = Field(
        20, ge=1, description="as how many people an address counts, of strangers; thousands share one"
    )
    prometheus_multiproc_dir: str | None = Field(
        None, description="where processes of one host leave their figures for each other"
    )
    metrics_token: SecretStr | None = Field(None, description="lets others than loopback read /metrics")
    worker_metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="where a worker tells its own figures, if no web process shares its folder of them",
    )

    access_token_seconds: int = Field(900, ge=1, description="life of an access token")
    refresh_token_seconds: int = Field(
        7 * 86400, ge=1, description="life of a refresh token, and of a session that is not refreshed"
    )
    password_hash_memory_kib: int = Field(65536, ge=8, description="Argon2id memory; small in tests alone")
    password_threads: int = Field(
        3, ge=2, description="requests of one process that may have or await a password's turn; the next are told 503"
    )
    login_failures_per_account: int = Field(10, ge=1, description="wrong passwords for one account before 429")
    login_failures_per_address: int = Field(
        100, ge=1, description="wrong passwords from one address before 429; many people share one"
    )
    login_failures_seconds: int = Field(900, ge=1, description="in how long so many wrong passwords are forgotten")

    hold_seconds: int = Field(900, ge=1, description="how long a booking waits for its payment")
    hold_warning_seconds: int = Field(60, ge=0, description="how long before its end a guest is warned")
    hold_extension_seconds: int = Field(600, ge=0, description="a started payment leaves at least this much, once")
    hold_grace_seconds: int = Field(
        120, ge=0, description="rooms stay taken this long past the hold of a started payment"
    )
    cancel_preview_seconds: int = Field(
        600, ge=1, description="how long the preview of a cancellation holds us to what it says"
    )
    change_asked_seconds: int = Field(
        86400, ge=1, description="how long a change that the hotel made waits for its guest's payment"
    )
    holds_per_guest: int = Field(3, ge=1, description="living holds one guest may have")
    holds_per_email: int = Field(
        3, ge=1, description="living holds there may be for one e-mail, with an account or not"
    )
    holds_per_address: int = Field(
        200, ge=1, description="living holds that may come from one address; carriers put thousands behind one"
    )
    unpaid_bookings_per_guest: int = Field(
        5, ge=1, description="stays to come, to be paid at the hotel, that one guest or one e-mail may have"
    )
    unpaid_bookings_per_address: int = Field(
        200, ge=1, description="stays to be paid at the hotel that may be booked from one address in a day"
    )
    sale_days: int = Field(400, ge=1, description="how many days ahead nights are sold")
    room_types_per_hotel: int = Field(50, ge=1, description="living room types one hotel may have")
    rooms_per_hotel: int = Field(1000, ge=1, description="living rooms one hotel may have")
    maintenance_days: int = Field(
        3, ge=1, le=365, description="nights a room in maintenance is off sale when nobody says how long it takes"
    )
    sockets_per_address: int = Field(
        500, ge=1, description="connections one address may have open to a realtime process; many people share one"
    )
    search_cache_seconds: int = Field(10, ge=0, description="how old a search answer may be; 0 = never cached")
    search_log_seconds: float = Field(
        1.0, ge=0, description="how long searches wait to be logged together; 0 = each at once"
    )

    paystack_base_url: str = Field(
        "https://api.paystack.co", description="the gateway, or the sandbox that speaks like it"
    )
    paystack_secret_key: SecretStr = Field(
        SecretStr("sk_test_smartstay_development"), description="calls the gateway and signs its webhooks"
    )
    paystack_connect_timeout: float = Field(2.0, gt=0, description="seconds to reach the gateway")
    paystack_read_timeout: float = Field(6.0, gt=0, description="seconds to wait for its answer")
    payment_vendor_threads: int = Field(
        4, ge=1, description="requests of one process that may wait for the gateway at once"
    )
    payment_recheck_seconds: int = Field(
        10, ge=1, description="first look at a payment nobody told us about; doubles up to an hour"
    )
    refund_follow_seconds: int = Field(30, ge=1, description="how often a refund that is not final is looked at")

    s3_endpoint_url: str | None = Field(None, description="the object store, or the sandbox's; none = Amazon S3")
    s3_region: str = Field("us-east-1", description="where the bucket is")
    s3_bucket: str = Field("smartstay-photos", description="where pictures lie")
    s3_access_key_id: str | None = Field(None, description="who we are there; none = the machine's own role")
    s3_secret_access_key: SecretStr | None = Field(None, description="signs uploads and calls to the object store")
    public_upload_url: str | None = Field(
        None, description="where browsers post pictures to; none = the bucket's own address"
    )
    public_photos_url: str = Field(
        "http://127.0.0.1:8010/smartstay-photos", description="where pictures are read: a CDN, or the bucket"
    )
    photo_max_bytes: int = Field(10 * 2**20, ge=1, description="the largest picture that is taken, in bytes")
    photo_max_pixels: int = Field(40_000_000, ge=1, description="the most pixels a picture may have")
    photos_per_hotel: int = Field(30, ge=1, description="photos a hotel may have, uploads under way among them")
    photo_uploads_per_day: int = Field(200, ge=1, description="uploads that may be begun for one hotel in a day")

    drafts_per_person: int = Field(
        10, ge=1, description="hotels one person may have that were begun within a day or wait to be approved"
    )
    invitations_per_hotel: int = Field(50, ge=1, description="invitations to a hotel that may be open")
    invitations_per_day: int = Field(100, ge=1, description="invitations one person may send in a day")

    smtp_host: str = Field("127.0.0.1", description="mail server")
    smtp_port: int = Field(1025, ge=1, description="mail server's port")
    smtp_username: str | None = Field(None, description="mail account; none = no login")
    smtp_password: SecretStr | None = Field(None, description="mail account's password")
    smtp_starttls: bool = Field(False, description="upgrade the connection before login")
    mail_from: str = Field("SmartStay <bookings@smartstay.example>", description="sender of every mail")

    @field_validator("cors_origins")
    @classmethod
    def name_each_origin(cls, origins: list[str]) -> list[str]:
        """No patterns: to the libraries that read this list, a star is anybody and a bracket begins a regular expression."""
        odd = [origin for origin in origins if not ORIGIN.fullmatch(origin)]
        if odd:
            raise ValueError(f"each is an exact origin such as https://www.example.com, which {odd[0]} is not")
        return origins

    @model_validator(mode="after")
    def refuse_plain_origins_in_production(self) -> "Settings":
        plain = [origin for origin in self.cors_origins if not origin.startswith("https://")]
        if self.environment == "production" and plain:
            raise ValueError(f"in production CORS_ORIGINS are those of https pages, which {plain[0]} is not")
        return self

    @model_validator(mode="after")
    def refuse_development_secrets_in_production(self) -> "Settings":
        if self.environment == "production":
            weak = [
                name
                for name in ("secret_key", "paystack_secret_key", "s3_secret_access_key")
                if (secret := getattr(self, name)) and "development" in secret.get_secret_value()
            ]
            if weak or len(self.secret_key.get_secret_value()) < 32:
                raise ValueError(
                    f"production needs secrets of its own: set {', '.join(weak or ['secret_key']).upper()}"
                )
        return self

    @property
    def gateway_mode(self) -> str:
        """`live` or `test`: what the gateway calls its domain, told by the key."""
        return "live" if self.paystack_secret_key.get_secret_value().startswith("sk_live_") else "test"


@cache
def settings() -> Settings:
    """The one Settings of this process, which ends with one sentence when its environment makes no sense."""
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(f"This does not start: {'; '.join(map(_sentence, error.errors()))}") from None
    except SettingsError as error:
        raise SystemExit(f"This does not start: {error}") from None


def _sentence(fault: Mapping[str, Any]) -> str:
    """What is wrong with one variable. Its value is not told, for it may be a secret."""
    name = "_".join(str(part) for part in fault["loc"]).upper()
    told = fault["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    return f"{name}: {told}" if name else told
