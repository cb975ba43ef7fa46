"""Which reports say that an address does not work, for good."""

import pytest

from reminders.domain.bounces import code_of_event, status_in


def code(provider: str, kind: str, reason: str = "", answer: str = "", **raw) -> str:
    return code_of_event(provider=provider, kind=kind, reason=reason, answer=answer, raw=raw)


def sparkpost(bounce_class: str) -> dict:
    return {"msys": {"message_event": {"type": "bounce", "bounce_class": bounce_class}}}


class TestAnEvent:
    @pytest.mark.parametrize(
        ("found", "expected"),
        [
            (code("postmark", "bounced", "bounced", Type="HardBounce"), "bounced"),
            (code("postmark", "bounced", "bounced", Type="SoftBounce"), ""),
            (code("postmark", "rejected", "invalid", Type="BadEmailAddress"), "invalid"),
            (code("postmark", "rejected", "blocked", Type="Blocked"), ""),
            (code("brevo", "bounced", "bounced", event="hard_bounce"), "bounced"),
            (code("brevo", "bounced", "bounced", event="soft_bounce"), ""),
            (code("brevo", "bounced", "invalid", event="invalid_email"), "invalid"),
            (code("mailjet", "bounced", "bounced", event="bounce", hard_bounce=True), "bounced"),
            (code("mailjet", "bounced", "bounced", event="bounce", hard_bounce=False), ""),
            (code("mailjet", "bounced", "bounced", event="bounce"), ""),
            (code("mailgun", "bounced", "bounced"), "bounced"),
            (code("mailgun", "bounced", "other"), ""),
            (code("sparkpost", "bounced", "invalid", **sparkpost("10")), "invalid"),
            (code("sparkpost", "bounced", "bounced", **sparkpost("30")), "bounced"),
            (code("sparkpost", "bounced", "bounced", **sparkpost("22")), ""),
        ],
    )
    def test_counts_when_it_is_a_bounce_for_good(self, found, expected):
        assert found == expected

    @pytest.mark.parametrize("provider", ["postmark", "brevo", "mailjet", "mailgun", "sparkpost"])
    def test_counts_when_it_is_a_complaint(self, provider):
        assert code(provider, "complained", "spam") == "complained"

    @pytest.mark.parametrize(
        "kind", ["deferred", "opened", "clicked", "delivered", "sent", "unsubscribed", "unknown"]
    )
    def test_does_not_count_when_it_is_anything_else(self, kind):
        assert code("mailgun", kind, "bounced") == ""

    def test_of_policy_says_nothing_about_the_address(self):
        assert code("mailgun", "bounced", "bounced", "550 5.7.1 not allowed") == ""
        assert code("mailgun", "bounced", "bounced", "550 5.1.1 see http://a.example/5.7.1") == "bounced"


class TestAStatus:
    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("550 5.1.1 no such user", "5.1.1"),
            ("5.1.10", "5.1.10"),
            ("550-5.7.26 unsigned", "5.7.26"),
            ("no code, from 15.1.1.20", ""),
            ("6.1.1", ""),
            ("", ""),
        ],
    )
    def test_is_the_first_enhanced_code(self, text, status):
        assert status_in(text) == status
