"""What the system checks refuse, each time with a sentence. Broken tables are in test_up.py."""

import pytest

from config import checks
from config.env import MailServer


@pytest.fixture
def production(settings, tmp_path):
    """A setup that has nothing wrong."""
    settings.PUBLIC_URL, settings.PUBLIC_HOST, settings.IS_SECURE = "https://a.example", "a.example", True
    settings.DEBUG = settings.DEMO = settings.SECRET_IS_GENERATED = False
    settings.CLOCK_OFFSET_FILE, settings.VAR_DIR = None, tmp_path
    settings.MAIL_SERVER, settings.TRUSTED_PROXIES = MailServer("mail.example.org"), 1
    return settings


def found() -> list[str]:
    return [str(message.id) for message in checks.production(None)]


class TestTheProductionChecks:
    def test_find_nothing_in_a_safe_setup(self, production):
        assert found() == []

    def test_leave_a_start_without_public_url_alone(self, production):
        production.PUBLIC_URL, production.DEBUG = "", True

        assert found() == []

    @pytest.mark.parametrize(
        ("name", "value", "identity"),
        [
            ("DEBUG", True, "bonestep.E001"),
            ("DEMO", True, "bonestep.E002"),
            ("SECRET_IS_GENERATED", True, "bonestep.E006"),
            ("MAIL_SERVER", MailServer(), "bonestep.W001"),
            ("TRUSTED_PROXIES", 0, "bonestep.W002"),
        ],
    )
    def test_refuse(self, production, name, value, identity):
        setattr(production, name, value)

        assert found() == [identity]

    def test_refuse_a_clock_that_a_file_may_shift(self, production, tmp_path):
        production.CLOCK_OFFSET_FILE = tmp_path / "elsewhere"

        assert found() == ["bonestep.E003"]

    def test_refuse_a_clock_file_left_behind(self, production, tmp_path):
        (tmp_path / "clock_offset").write_text("60")

        assert found() == ["bonestep.E004"]

    def test_refuse_health_data_in_the_open(self, production):
        production.IS_SECURE = False

        assert found() == ["bonestep.E005"]

    def test_say_one_sentence_each(self, production):
        production.DEBUG = production.DEMO = production.SECRET_IS_GENERATED = True

        for message in checks.production(None):
            assert str(message.msg).endswith(".")
            assert "\n" not in str(message.msg)


class TestTheClinicalTables:
    def test_have_nothing_wrong_here(self):
        assert checks.content(None) == []
