"""The visit sheet as Chromium prints it."""

from datetime import time, timedelta

import pytest

from accounts import clock
from accounts.models import User
from recovery.domain.questions import MOST_OPEN, TEXT_LENGTH
from recovery.models import PlanVersion
from recovery.services import alerts, follow_ups, plan, start
from tests.recoveries import ask, assign, fill_with_logs, make_draft, make_recovery

pytestmark = [pytest.mark.django_db, pytest.mark.browser]


def fill(recovery, *, pat, thea) -> None:
    """Put more into a record than the sheet can hold, each text as long as may be."""
    now, long = clock.now(), "There is a lot to say about this wrist and its hand. " * 12
    today = clock.local_day(now, recovery.patient.time_zone)
    for number in (1, 2, 3):
        start.record_repair(
            recovery=recovery, method="open_reduction", operated_on=today - timedelta(days=4 - number),
            hardware=["plate", "screws", "splint", "pins", "bone_graft"], graft="autograft", by=thea, now=now,
        )  # fmt: skip
    recovery.refresh_from_db()
    for _number in range(4):
        draft = make_draft(recovery, by=thea)
        PlanVersion.objects.filter(pk=draft.pk).update(reason=long[:300])
        draft.refresh_from_db()
        plan.confirm_plan(plan=draft, by=thea, now=now)
    fill_with_logs(recovery, 60)
    assign(
        recovery, "ex-finger-fist", "ex-thumb-touch", "ex-tendon-glide", "ex-wrist-flex-ext", "ex-forearm-turn",
        "ex-walk", by=thea, days_ago=20,
    )  # fmt: skip
    for ago in range(6):
        alerts.tick_warnings(
            recovery=recovery, flag_ids=["rf-dvt", "rf-cast-wet", "rf-numb-new"], source="help",
            day=today - timedelta(days=ago), by=pat, now=now,
        )  # fmt: skip
        follow_ups.record_x_ray(
            recovery=recovery,
            values={
                "film_date": today - timedelta(days=ago),
                "modality": "x-ray",
                "position_vs_last": "small change accepted",
                "callus": "bridging 1-2 cortices",
                "clinician_verdict": "not healing - plan changed",
                "hardware": ["backing out", "broken"],
                "note_for_patient": long[:500],
            },
            by=thea,
            now=now,
        )
        follow_ups.book_visit(
            recovery=recovery, kind="therapy", on=today + timedelta(days=7 * ago + 1), at=time(9), by=thea,
            now=now,
        )  # fmt: skip
    for number in range(MOST_OPEN):
        ask(recovery, f"{number} {long}"[:TEXT_LENGTH], by=pat)


class TestTheSheetOnPaper:
    @pytest.fixture
    def recovery(self, cast):
        """Make a recovery that has lasted for two months."""
        return make_recovery(cast.pat_record, by=cast.thea, day=61)

    @pytest.mark.parametrize(
        ("who", "language"), [("pat", "en"), ("thea", "en"), ("pat", "es"), ("thea", "es")]
    )
    def test_fits_one_page_of_a4_however_much_there_is(
        self, recovery, cast, browser_of, page, settings, who, language
    ):
        fill(recovery, pat=cast.pat, thea=cast.thea)
        User.objects.filter(pk=getattr(cast, who).pk).update(language=language)
        address = "/recovery/sheet/" if who == "pat" else f"/patients/{cast.pat_record.public_id}/sheet/"
        html = browser_of(getattr(cast, who)).get(address).content.decode()
        css = (settings.BASE_DIR / "static/css/app.css").read_text(encoding="utf-8")

        page.set_content(html.replace("</head>", f"<style>{css}</style></head>"))
        paper = page.pdf(format="A4")

        assert paper.count(b"/Type /Page\n") == 1
        more = {"en": "and 17 more", "es": "y 17 más"}[language]
        assert more in page.locator(".sheet").inner_text()
