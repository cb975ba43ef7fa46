"""A wrong variable stops the start with one sentence that names it."""

import os
import subprocess
import sys
from email.utils import parseaddr
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config import env

READERS = {
    "env_bool": lambda: env.env_bool("IT", False),
    "env_int": lambda: env.env_int("IT", 1, least=1, most=65535),
    "env_choice": lambda: env.env_choice("IT", "INFO", ("INFO", "ERROR")),
    "env_zone": lambda: env.env_zone("IT", "UTC"),
    "env_origin": lambda: env.env_origin("IT"),
    "env_redis": lambda: env.env_redis("IT"),
    "env_mail": lambda: env.env_mail("IT"),
    "env_mailbox": lambda: env.env_mailbox("IT"),
    "env_provider": lambda: env.env_provider("IT"),
    "env_database": lambda: env.env_database("IT", Path("it.sqlite3")),
}
WRONG = [
    ("env_bool", "maybe"),
    ("env_int", "0"),
    ("env_int", "65536"),
    ("env_int", "eighty"),
    ("env_int", "-1"),
    ("env_int", "²"),
    ("env_choice", "LOUD"),
    ("env_zone", "Mars/Olympus"),
    ("env_origin", "recovery.example.org"),
    ("env_origin", "ftp://recovery.example.org"),
    ("env_origin", "https://recovery.example.org/app"),
    ("env_origin", "https://recovery.example.org:port"),
    ("env_origin", "https://[::1"),
    ("env_redis", "localhost:6379"),
    ("env_redis", "http://localhost"),
    ("env_redis", "redis://localhost:port"),
    ("env_redis", "redis+socket://"),
    ("env_mail", "mail.example.org"),
    ("env_mail", "smtp://"),
    ("env_mail", "smtp://host:port"),
    ("env_mailbox", "Riverside"),
    ("env_mailbox", "Riverside <recovery>"),
    ("env_mailbox", "Riverside, Ltd <recovery@example.org>"),
    ("env_mailbox", "one@example.org, two@example.org"),
    ("env_mailbox", "re covery@example.org"),
    ("env_provider", "sendgrid"),
    ("env_provider", "amazon_ses"),
    ("env_database", "mysql://host/name"),
    ("env_database", "postgresql://host"),
    ("env_database", "postgresql://host:port/name"),
    ("env_database", "sqlite://"),
]


class TestAReader:
    @pytest.mark.parametrize(("reader", "value"), WRONG)
    def test_refuses_a_wrong_value_in_one_sentence(self, monkeypatch, reader, value):
        monkeypatch.setenv("IT", value)

        with pytest.raises(ImproperlyConfigured) as refusal:
            READERS[reader]()

        sentence = str(refusal.value)
        assert sentence.startswith("IT should ")
        assert sentence.endswith(".")
        assert "\n" not in sentence

    @pytest.mark.parametrize("reader", sorted(READERS))
    def test_takes_an_empty_value_for_an_unset_one(self, monkeypatch, reader):
        monkeypatch.delenv("IT", raising=False)
        unset = READERS[reader]()

        monkeypatch.setenv("IT", "  ")

        assert READERS[reader]() == unset


class TestEnvMail:
    def test_reads_user_password_and_the_usual_port(self, monkeypatch):
        monkeypatch.setenv("IT", "smtp+starttls://me%40example.org:p%3Ass@mail.example.org")

        server = env.env_mail("IT")

        assert server == env.MailServer("mail.example.org", 587, "me@example.org", "p:ss", "starttls")


class TestEnvMailbox:
    @pytest.mark.parametrize(
        "value",
        [
            "recovery@example.org",
            "Riverside <recovery@example.org>",
            '"Riverside, Ltd" <recovery@example.org>',
            "Clínica Ñandú <noreply@localhost>",
        ],
    )
    def test_takes_a_sender_with_or_without_a_name(self, monkeypatch, value):
        monkeypatch.setenv("IT", value)

        assert env.env_mailbox("IT") == value


class TestEnvDatabase:
    def test_opens_sqlite_safely(self, monkeypatch):
        monkeypatch.setenv("IT", "sqlite:////srv/it.sqlite3")

        found = env.env_database("IT", Path("unused"))

        assert found["NAME"] == "/srv/it.sqlite3"
        assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert "synchronous=FULL" in found["OPTIONS"]["init_command"]

    def test_reads_a_postgresql_address(self, monkeypatch):
        monkeypatch.setenv("IT", "postgresql://me:p%40ss@db:5433/health")

        found = env.env_database("IT", Path("unused"))

        wanted = {"NAME": "health", "USER": "me", "PASSWORD": "p@ss", "HOST": "db", "PORT": "5433"}
        assert wanted.items() <= found.items()


class TestEnvSecret:
    def test_is_made_once_and_kept_for_the_owner_only(self, monkeypatch, tmp_path):
        monkeypatch.delenv("IT", raising=False)
        kept = tmp_path / "var" / "it"

        first, second = env.env_secret("IT", kept), env.env_secret("IT", kept)

        assert first == second
        assert len(first) >= 50
        assert kept.stat().st_mode & 0o077 == 0
        assert [file.name for file in kept.parent.iterdir()] == ["it"]

    def test_comes_from_the_file_that_is_named(self, monkeypatch, tmp_path):
        (tmp_path / "secret").write_text("from a file\n")
        monkeypatch.setenv("IT_FILE", str(tmp_path / "secret"))

        assert env.env_secret("IT", tmp_path / "unused") == "from a file"

    @pytest.mark.parametrize("content", [None, ""])
    def test_refuses_a_file_without_a_secret(self, monkeypatch, tmp_path, content):
        if content is not None:
            (tmp_path / "secret").write_text(content)
        monkeypatch.setenv("IT_FILE", str(tmp_path / "secret"))

        with pytest.raises(ImproperlyConfigured, match=r"^IT_FILE should name a file .*\.$"):
            env.env_secret("IT", tmp_path / "unused")

    def test_names_var_dir_when_nothing_can_be_kept(self, monkeypatch, tmp_path):
        monkeypatch.delenv("IT", raising=False)
        (tmp_path / "file").touch()

        with pytest.raises(ImproperlyConfigured, match=r"^VAR_DIR .*file/var\) cannot be written"):
            env.env_secret("IT", tmp_path / "file" / "var" / "it")


class TestEnvWebhookSecret:
    def test_is_what_the_variable_or_its_file_says(self, monkeypatch, tmp_path):
        (tmp_path / "secret").write_text("reports:from-a-file\n")
        monkeypatch.setenv("IT_FILE", str(tmp_path / "secret"))
        assert env.env_webhook_secret("IT", provider="postmark") == "reports:from-a-file"

        monkeypatch.setenv("IT", "reports:from-the-variable")
        assert env.env_webhook_secret("IT", provider="postmark") == "reports:from-the-variable"

    def test_is_nothing_without_a_provider_and_none_is_made(self, monkeypatch):
        monkeypatch.delenv("IT", raising=False)

        assert env.env_webhook_secret("IT", provider="") == ""

    @pytest.mark.parametrize(
        ("provider", "value"),
        [
            ("postmark", ""),
            ("", "reports:0123456789"),
            ("postmark", "reports:short"),
            ("postmark", "0123456789abcdef"),
            ("postmark", ":0123456789abcdef"),
            ("postmark", "0123456789abcdef:"),
            ("mailgun", "0123456789abcdé0"),
            ("mailgun", "0123456789\tabcdef"),
        ],
    )
    def test_is_refused_in_one_sentence_when_it_would_not_protect(self, monkeypatch, provider, value):
        monkeypatch.setenv("IT", value)

        with pytest.raises(ImproperlyConfigured, match=r"^IT should [^\n]+\.$") as refusal:
            env.env_webhook_secret("IT", provider=provider)

        assert not value or value not in str(refusal.value)

    def test_is_whatever_key_mailgun_gives(self, monkeypatch):
        monkeypatch.setenv("IT", "key-0123456789abcdef")

        assert env.env_webhook_secret("IT", provider="mailgun") == "key-0123456789abcdef"


class TestAStart:
    def test_takes_a_product_name_with_any_signs_for_a_senders_name(self, tmp_path):
        name = 'Ñandú, "Ltd"'
        surroundings = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PRODUCT_NAME": name}
        code = "from django.conf import settings; print(settings.EMAIL_FROM)"

        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            cwd=settings.BASE_DIR, env=surroundings, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip

        assert parseaddr(done.stdout.strip()) == (name, "noreply@localhost")

    def test_says_one_sentence_and_shows_no_traceback(self, tmp_path):
        surroundings = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PORT": "eighty"}

        done = subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=settings.BASE_DIR,
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert done.returncode == 1
        assert done.stderr == "Cannot start: PORT should be a whole number from 1 to 65535, not 'eighty'.\n"
