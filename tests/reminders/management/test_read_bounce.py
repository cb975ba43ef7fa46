"""The command that a mail server's alias gives its reports to."""

import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts import clock
from reminders.models import Suppression
from tests.recoveries import assign
from tests.reminders.returned import report

pytestmark = pytest.mark.django_db


@pytest.fixture
def give(monkeypatch, capsys):
    """Return a function that gives the command a mail and returns what it said on both channels."""

    def pipe(raw: bytes) -> tuple[str, str]:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(raw)))
        call_command("read_bounce")
        said = capsys.readouterr()
        return said.out, said.err

    return pipe


@pytest.fixture
def sent(recovery, thea, lay_out, send, post, hour) -> str:
    """Send Pat a mail and return it."""
    assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
    lay_out(hour(0, 7))
    send(hour(0, 9))
    return post.mails[0].as_string()


class TestReadBounce:
    def test_says_that_an_address_is_written_to_no_more(self, give, sent):
        before = clock.now()

        assert give(report(sent)) == ("The address does not work: it is written to no more.\n", "")
        assert before <= Suppression.objects.get().suppressed_at <= clock.now()

    def test_says_that_a_mail_came_back(self, give, sent):
        assert (
            give(report(sent, status="5.7.1"))[0]
            == "The mail came back. It says nothing against the address.\n"
        )

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            (
                {"action": "delayed", "status": "4.4.1"},
                "Nothing to do: this says of no mail that it failed.\n",
            ),
            (
                {"address": "otto@demo.example"},
                "Nothing to do: this returns no mail that went from here to that address.\n",
            ),
        ],
    )
    def test_says_what_needs_nothing_and_ends_well(self, give, sent, changes, words):
        assert give(report(sent, **changes)) == ("", words)

    @pytest.mark.parametrize("raw", [b"", b"Hello.", b"\xff\0" * 1000, b"x" * 10_000_000])
    def test_refuses_garbage_with_the_status_of_wrong_data(self, give, raw):
        with pytest.raises(CommandError, match=r"^This [^\n@]+\.$") as refusal:
            give(raw)

        assert refusal.value.returncode == os.EX_DATAERR == 65

    def test_names_no_address(self, give, sent, caplog):
        with caplog.at_level("DEBUG", logger="reminders"):
            said = give(report(sent))

        assert "suppression" in caplog.text
        assert "@" not in caplog.text + "".join(said)


class TestTheCommandLine:
    def run(self, raw: bytes, **surroundings: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "manage.py", "read_bounce"], input=raw, cwd=settings.BASE_DIR, capture_output=True,
            timeout=60, check=False, env={"PATH": os.environ["PATH"], **surroundings},
        )  # fmt: skip

    def test_ends_with_65_and_one_sentence_for_garbage(self, tmp_path):
        done = self.run(b"Hello.", VAR_DIR=str(tmp_path))

        assert done.returncode == 65
        assert done.stdout == b""
        assert done.stderr == b"CommandError: This is no delivery report (RFC 3464).\n"

    def test_asks_the_mail_server_to_try_again_while_the_database_is_away(self, tmp_path):
        raw = report("Message-ID: <a@example.org>\n\n")
        done = self.run(raw, VAR_DIR=str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/none/here.sqlite3")

        assert done.returncode == os.EX_TEMPFAIL == 75
        assert b"try again later" in done.stderr
        assert b"Traceback" not in done.stderr
