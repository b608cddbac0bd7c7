"""Settings: documented from where they are declared, and refused in one sentence when they make no sense."""

import os
import subprocess
import sys

import pytest
from flask import Flask

from app.config import Settings
from runner.paths import ROOT

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "a-secret-of-production-that-is-long-enough",
    "PAYSTACK_SECRET_KEY": "sk_live_of_production",
}
SETTINGS_ALONE = [sys.executable, "-c", "from app.config import settings; settings()"]
STARTS = {
    "web": [sys.executable, "-c", "import wsgi"],
    "relay": [sys.executable, "-m", "workers.relay"],
    "worker": [sys.executable, "-m", "celery", "-A", "workers.celery_app", "worker", "-Q", "critical"],
    "beat": [sys.executable, "-m", "celery", "-A", "workers.celery_app", "beat", "-s", os.devnull],
}


def ended(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ) | variables
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60)


def test_every_setting_is_told_with_type_default_and_meaning(application: Flask) -> None:
    told = application.test_cli_runner().invoke(args=["settings"])
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [name.upper() for name in Settings.model_fields]
    by_name = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines}
    assert by_name["HOLD_SECONDS"].split("  ")[0] == "whole number"
    assert " 900 " in by_name["HOLD_SECONDS"]
    assert by_name["HOLD_SECONDS"].endswith("how long a booking waits for its payment")
    assert by_name["CORS_ORIGINS"].startswith("JSON list of texts")
    assert all(field.description for field in Settings.model_fields.values())


def test_secrets_are_not_told(application: Flask) -> None:
    told = application.test_cli_runner().invoke(args=["settings"]).stdout
    defaults = [Settings().secret_key.get_secret_value(), Settings().paystack_secret_key.get_secret_value()]
    assert not any(secret in told for secret in defaults)


@pytest.mark.parametrize("process", STARTS)
def test_no_process_starts_in_production_with_a_development_secret(process: str) -> None:
    weak = PRODUCTION | {"SECRET_KEY": "development-only-secret-of-smartstay"}
    told = ended(STARTS[process], PROCESS=process, **weak)
    assert told.returncode == 1
    assert told.stderr.strip().splitlines() == [
        "This does not start: production needs secrets of its own: set SECRET_KEY"
    ]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "production needs secrets of its own: set SECRET_KEY"),
        ({"PAYSTACK_SECRET_KEY": "sk_test_smartstay_development"}, "set PAYSTACK_SECRET_KEY"),
        ({"S3_SECRET_ACCESS_KEY": "smartstay-development"}, "set S3_SECRET_ACCESS_KEY"),
        ({"HOLD_SECONDS": "0"}, "HOLD_SECONDS: it should be greater than or equal to 1"),
        ({"PROCESS": "webb"}, "PROCESS: it should be 'web', 'realtime'"),
        ({"CORS_ORIGINS": "https://example.com"}, 'error parsing value for field "cors_origins"'),
        (
            {"CORS_ORIGINS": '["*"]'},
            "CORS_ORIGINS: each is an exact origin such as https://www.example.com, which * is not",
        ),
        ({"CORS_ORIGINS": '["http://localhost:3000"]'}, "in production CORS_ORIGINS are those of https pages"),
        ({"RATE_LIMIT_AUTH": "many"}, "RATE_LIMIT_AUTH: "),
        ({"DATABASE_POOL_SIZE": "five", "SMTP_PORT": "0"}, "; SMTP_PORT: it should be greater"),
    ],
)
def test_what_makes_no_sense_is_named_in_one_sentence(variables: dict[str, str], sentence: str) -> None:
    told = ended(SETTINGS_ALONE, **(PRODUCTION | {"PROCESS": "web"} | variables))
    assert told.returncode == 1
    (line,) = told.stderr.strip().splitlines()
    assert line.startswith("This does not start: ")
    assert sentence in line
    assert variables.get("SECRET_KEY", "\n") not in line


def test_it_starts_in_production_with_secrets_of_its_own() -> None:
    told = ended(STARTS["web"], PROCESS="web", **PRODUCTION)
    assert (told.returncode, told.stderr) == (0, "")
