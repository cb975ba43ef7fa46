"""What a person may know about themselves: what is kept, who sees it, where they are signed in."""

import ast
import json
import re
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.db import OperationalError, connection

from accounts import clock, queries
from accounts.domain import browser_of as family_of
from accounts.domain import kind_of
from accounts.models import ApiToken, AuditEvent, CareLink, User
from accounts.services import audit, care, export, tokens
from recovery.models import LogRevision
from recovery.services import follow_ups
from recovery.services.undo_log import undo_save
from reminders.models import Suppression
from tests import factories
from tests.recoveries import add_medicine, add_photo, assign, log, make_draft, make_recovery

pytestmark = pytest.mark.django_db
ACCESS, DATA, FILE, DEVICES = "/me/access/", "/me/data/", "/me/data/file/", "/me/devices/"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:135.0) Gecko/135.0 Firefox/135.0"
SAFARI = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"


def read(answer) -> str:
    """Return the words of a page's main part."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("\xa0", " ").split())


class TestWhoCanSeeMe:
    def test_names_who_cares_now_and_who_did(self, cast, browser_of):
        now, _heading, rest = read(browser_of(cast.pat).get(ACCESS)).partition("Not any more")
        past, _heading, _acts = rest.partition("Who read or changed")

        assert "Thea Berg , Physiotherapist" in now
        assert "Max Adler , Doctor" in now
        assert "Finn Voss" not in now
        assert "Finn Voss , Physiotherapist" in past
        assert "Thea Berg" not in past
        assert "Olga" not in now + rest

    def test_moves_a_carer_down_as_soon_as_the_care_ends(self, cast, browser_of, now):
        care.end_care(link=CareLink.objects.get(member__user=cast.max), by=cast.thea, now=clock.now())

        assert "Max Adler" in read(browser_of(cast.pat).get(ACCESS)).partition("Not any more")[2]

    def test_says_who_read_the_record_and_when(self, cast, browser_of, now):
        audit.read_record(patient=cast.pat_record, by=cast.thea, now=now)
        audit.read_record(patient=cast.otto_record, by=cast.olga, now=now)

        words = read(browser_of(cast.pat).get(ACCESS))

        assert f"Thea Berg read your record {now:%-d %B %Y}, " in words
        assert "Olga" not in words
        assert "record_read" not in words

    def test_keeps_the_line_of_somebody_whose_account_is_gone(self, cast, browser_of, now):
        stranger = factories.user("Zoe Gone")
        audit.read_record(patient=cast.pat_record, by=stranger, now=now)
        stranger.emailaddress_set.all().delete()
        stranger.delete()

        assert "Somebody whose account was closed read your record" in read(browser_of(cast.pat).get(ACCESS))

    def test_leaves_out_what_the_person_did(self, cast, now):
        audit.record("patient.changed", by=cast.pat, now=now, patient=cast.pat_record)

        seen = queries.access(queries.person(cast.pat), page=1).seen

        assert seen
        assert all(line.who != cast.pat.name for line in seen)

    def test_pages_through_every_line_in_as_many_queries(
        self, cast, browser_of, now, django_assert_num_queries
    ):
        browser, before = browser_of(cast.pat), queries.access(queries.person(cast.pat), page=1).count
        with django_assert_num_queries(8):
            browser.get(ACCESS)
        for _reading in range(60 - before):
            audit.read_record(patient=cast.pat_record, by=cast.thea, now=now)

        with django_assert_num_queries(8):
            assert "Page 1 of 3" in read(browser.get(ACCESS))
        assert "Page 3 of 3" in read(browser.get(f"{ACCESS}?page=3"))
        shown = [len(queries.access(queries.person(cast.pat), page=page).seen) for page in (1, 2, 3)]
        assert shown == [25, 25, 10]

    @pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "99", "", "²"])
    def test_shows_the_nearest_page_for_a_number_that_makes_no_sense(self, cast, browser_of, page):
        assert browser_of(cast.pat).get(ACCESS, {"page": page}).status_code == 200


def actions() -> set[str]:
    """Return every action that the code writes down: the texts with a dot where rows are made."""
    root = Path(django_settings.BASE_DIR)
    files = [one for name in ("accounts", "recovery", "reminders") for one in (root / name).rglob("*.py")]
    found = {AuditEvent.RECORD_READ}
    for file in files:
        text = file.read_text()
        if "audit.record(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value) else set()
    return {one for one in found if not one.endswith((".html", ".txt", ".ics", ".yaml"))}


class TestPlainWords:
    ABOUT_NO_RECORD = {
        "clinic.changed",
        "device.others_signed_out",
        "device.signed_out",
        "membership.began",
        "membership.ended",
        "privacy.accepted",
        "reminders.digest_changed",
        "token.all_revoked",
        "token.made",
        "token.revoked",
        "user.display_set",
        "user.joined",
        "user.language_set",
        "user.password_set",
        "user.theme_set",
        "user.time_zone_set",
    }
    """Rows that never carry a patient, so that no patient reads them."""

    def test_are_looked_for_where_rows_are_written(self):
        assert {"plan.confirmed", "medicine.stopped", "exercise.paused", "care.began"} <= actions()

    @pytest.mark.parametrize("action", sorted({*actions(), "visit.done", "visit.missed"} - ABOUT_NO_RECORD))
    def test_stand_for_every_action_of_the_code(self, action):
        assert queries.words_for(action) != queries.words_for("unheard.of")

    def test_of_one_that_is_not_known_yet_name_no_code(self):
        assert queries.words_for("unheard.of") == "wrote in your record"


class TestMyData:
    def test_shows_the_details_and_counts_what_is_kept(self, cast, browser_of, django_assert_num_queries):
        recovery = make_recovery(cast.pat_record, by=cast.thea)
        for days_ago in range(3):
            log(recovery, by=cast.pat, days_ago=days_ago)
        browser = browser_of(cast.pat)

        with django_assert_num_queries(5):
            words = read(browser.get(DATA))

        assert "Pat Moreno" in words
        assert "4 May 1961" in words
        assert "Days you logged 3" in words
        assert "Broken bones 1" in words

    def test_offers_a_copy_and_no_button_that_deletes_nothing(self, cast, browser_of):
        words = read(browser_of(cast.pat).get(DATA))

        assert "Download my data" in words
        assert "You can ask your clinic to delete your data." in words


class TestTheFile:
    @pytest.fixture
    def file_of(self, browser_of):
        def fetch(person) -> dict:
            answer = browser_of(person).post(FILE)
            assert answer.status_code == 200
            return json.loads(b"".join(answer.streaming_content))

        return fetch

    def test_holds_all_of_the_persons_own_and_nobody_elses(self, cast, file_of, now):
        mine = make_recovery(cast.pat_record, by=cast.thea)
        member = cast.olga.memberships.get()
        member.may_confirm_plans = True
        member.save()
        others = make_recovery(cast.otto_record, by=cast.olga)
        assign(mine, by=cast.thea)
        log(mine, by=cast.pat, pain=4, note="It itches.")
        log(others, by=cast.otto, pain=9, note="Otto alone.")

        data = file_of(cast.pat)

        assert set(data) == {"made_at", *export.names()}
        assert [one["public_id"] for one in data["recoveries"]] == [str(mine.public_id)]
        assert [one["pain_rest"] for one in data["logs"]] == [4]
        assert len(data["log_saves"]) == 1
        assert data["plans"][0]["confirmed_by_name"] == "Thea Berg"
        assert data["records"][0]["born_on"] == "1961-05-04"
        text = json.dumps(data)
        assert "It itches." in text
        assert "Otto" not in text
        assert str(others.public_id) not in text

    def test_holds_the_hours_the_plans_x_rays_and_whose_day_an_undone_save_was(self, cast, file_of, now):
        recovery = make_recovery(cast.pat_record, by=cast.thea)
        add_medicine(recovery, by=cast.pat)
        day = log(recovery, by=cast.pat, pain=4).day
        undo_save(recovery_id=recovery.pk, save_id=LogRevision.objects.get().public_id, by=cast.pat, now=now)

        data = file_of(cast.pat)

        assert [one["at"] for one in data["medicine_hours"]] == ["08:00:00"]
        assert data["plan_x_rays"]
        assert data["plan_conditions"]
        assert "plan_therapy" in data
        save = data["log_saves"][0]
        assert (save["recovery__public_id"], save["day"]) == (str(recovery.public_id), str(day))

    def test_holds_each_photo_itself_and_not_where_it_is_kept(self, cast, file_of):
        photo = add_photo(make_recovery(cast.pat_record, by=cast.thea), by=cast.pat)

        row = file_of(cast.pat)["photos"][0]

        assert b64decode(row["jpeg_base64"]) == photo.path.read_bytes()
        assert photo.file_name not in json.dumps(row)
        photo.path.unlink()
        assert file_of(cast.pat)["photos"][0]["jpeg_base64"] is None

    def test_says_that_the_address_refuses_mail(self, cast, file_of, now):
        Suppression.objects.create(address=cast.pat.email, reason="smtp_550", suppressed_at=now)

        assert [one["reason"] for one in file_of(cast.pat)["refused_addresses"]] == ["smtp_550"]
        assert file_of(cast.otto)["refused_addresses"] == []

    def test_holds_every_table_below_a_patient(self):
        assert {
            "recoveries", "treatments", "plans", "logs", "log_saves", "exercises", "sets_done", "visits", "x_rays",
            "warning_signs", "medicines", "reminders", "reminder_choices", "access", "devices",
        } <= set(export.names())  # fmt: skip

    def test_holds_no_draft_and_no_moved_bone_before_the_phone_call(self, cast, file_of, now):
        recovery = make_recovery(cast.pat_record, by=cast.thea)
        make_draft(recovery, by=cast.thea)
        values = {
            "film_date": now.date(),
            "modality": "x-ray",
            "position_vs_last": "moved - action needed",
            "clinician_verdict": "healing as expected",
        }
        follow_ups.record_x_ray(
            recovery=recovery, values=values, film_key="week-2", by=cast.thea, now=now, patient_phoned=False
        )

        data = file_of(cast.pat)

        assert [one["state"] for one in data["plans"]] == ["confirmed"]
        assert data["x_rays"] == []

    def test_holds_no_secret(self, cast, file_of, now):
        _token, plain = tokens.make_token(user=cast.pat, name="k", scope="read", days=1, now=now)

        text = json.dumps(file_of(cast.pat))

        assert plain not in text
        assert ApiToken.objects.get().token_hash not in text
        assert cast.pat.password not in text
        assert UserSession.objects.filter(user=cast.pat).first().session_key not in text

    def test_is_for_saving_is_kept_by_no_cache_and_is_written_down(self, cast, browser_of):
        answer = browser_of(cast.pat).post(FILE)

        assert answer["Content-Disposition"].startswith('attachment; filename="my-data-')
        assert "no-store" in answer["Cache-Control"]
        rows = AuditEvent.objects.filter(action="data.exported", actor_id=cast.pat.public_id)
        assert {row.patient_id for row in rows} == {None, cast.pat_record.public_id}

    def test_is_not_made_by_a_link(self, cast, browser_of):
        assert browser_of(cast.pat).get(FILE).status_code == 405
        assert not AuditEvent.objects.filter(action="data.exported").exists()

    def test_of_staff_holds_their_account_and_no_patient(self, cast, file_of):
        make_recovery(cast.pat_record, by=cast.thea)

        data = file_of(cast.thea)

        assert data["account"][0]["email"] == cast.thea.email
        assert data["recoveries"] == data["access"] == []


class TestDevices:
    @pytest.fixture
    def two(self, cast, browser_of):
        """Sign Pat in on a phone and a tablet."""
        phone, tablet = browser_of(cast.pat), browser_of(cast.pat)
        for browser, agent in ((phone, FIREFOX), (tablet, SAFARI)):
            session = browser.session
            session["seen_at"] = 0
            session.save()
            browser.get(DEVICES, headers={"user-agent": agent})
        return phone, tablet

    def test_are_named_with_their_last_use_this_one_first(self, two):
        words = read(two[0].get(DEVICES))

        assert words.index("Phone, Firefox This device") < words.index("Tablet, Safari")
        assert words.count("Last used") == 2

    def test_show_no_address_and_no_key_of_a_session(self, cast, two):
        html = two[0].get(DEVICES).content.decode()

        for device in UserSession.objects.filter(user=cast.pat):
            assert device.session_key not in html
        assert "127.0.0.1" not in html

    def test_end_at_once(self, cast, two):
        phone, tablet = two
        other = UserSession.objects.get(session_key=tablet.session.session_key)

        assert phone.post(f"{DEVICES}{other.pk}/end/").url == DEVICES

        assert tablet.get(DEVICES).status_code == 302
        assert phone.get(DEVICES).status_code == 200
        assert "Tablet" not in read(phone.get(DEVICES))
        assert AuditEvent.objects.filter(action="device.signed_out", actor_id=cast.pat.public_id).exists()

    def test_end_everywhere_else(self, two):
        phone, tablet = two

        phone.post(f"{DEVICES}others/end/")

        assert tablet.get(DEVICES).status_code == 302
        assert "Sign out everywhere else" not in read(phone.get(DEVICES))

    @pytest.mark.parametrize("number", [0, 10**30])
    def test_of_nobody_answer_like_a_missing_page(self, two, number):
        assert two[0].post(f"{DEVICES}{number}/end/").status_code == 404

    def test_of_others_are_out_of_reach(self, cast, two, browser_of):
        device = UserSession.objects.filter(user=cast.pat).first()

        assert browser_of(cast.otto).post(f"{DEVICES}{device.pk}/end/").status_code == 404
        assert UserSession.objects.filter(pk=device.pk).exists()

    def test_are_noted_once_an_hour_at_most(self, cast, browser_of, shift_clock, django_assert_num_queries):
        browser = browser_of(cast.pat)
        first = UserSession.objects.get(user=cast.pat).last_seen_at
        browser.get(DEVICES)
        assert UserSession.objects.get(user=cast.pat).last_seen_at == first

        shift_clock(timedelta(hours=2))
        browser.get(DEVICES)

        assert UserSession.objects.get(user=cast.pat).last_seen_at > first + timedelta(hours=1)

    def test_that_cannot_be_noted_keep_no_page_shut(self, cast, browser_of, shift_clock):
        def refuse(execute, sql, params, many, context):
            if sql.startswith(("INSERT", "UPDATE")):
                raise OperationalError("read only")
            return execute(sql, params, many, context)

        browser = browser_of(cast.pat)
        shift_clock(timedelta(hours=2))

        with connection.execute_wrapper(refuse):
            assert browser.get("/help/").status_code == 200
            assert browser.get("/today/").status_code == 200

    def test_are_not_for_operators_to_read(self, browser_of):
        operator = User.objects.create_superuser("operator@demo.example", name="Ole Berg")

        assert browser_of(operator).get("/admin/usersessions/usersession/").status_code == 404

    def test_of_an_old_password_are_forgotten(self, cast, browser_of):
        phone, laptop = browser_of(cast.pat), browser_of(cast.pat)
        cast.pat.set_password("an-old-one-of-mine")
        cast.pat.save()
        for browser in (phone, laptop):
            browser.force_login(cast.pat, backend="django.contrib.auth.backends.ModelBackend")
        words = {
            "oldpassword": "an-old-one-of-mine",
            "password1": "moss-kettle-42",
            "password2": "moss-kettle-42",
        }

        assert phone.post("/accounts/password/change/", words).status_code == 302

        assert laptop.get(DEVICES).status_code == 302
        assert read(phone.get(DEVICES)).count("Last used") == 1

    def test_are_forgotten_where_their_person_signs_out(self, cast, two):
        assert two[0].post("/accounts/logout/").status_code == 302

        assert [one.user_agent for one in UserSession.objects.filter(user=cast.pat)] == [SAFARI]

    def test_that_have_expired_are_left_out(self, cast, browser_of, now):
        browser_of(cast.pat)
        assert len(queries.devices(cast.pat, session_key="", now=now)) == 1
        assert queries.devices(cast.pat, session_key="", now=now + timedelta(days=400)) == ()

    @pytest.mark.parametrize(
        ("agent", "kind", "browser"),
        [
            (FIREFOX, "phone", "Firefox"),
            (SAFARI, "tablet", "Safari"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) CriOS/120 Mobile Safari/604.1", "phone", "Chrome"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/130 Safari/537.36 Edg/130", "computer", "Edge"),
            ("Mozilla/5.0 (Linux; Android 13; SM-T) Chrome/120 Safari/537.36", "tablet", "Chrome"),
            ("curl/8", "", ""),
            ("", "", ""),
        ],
    )
    def test_are_told_by_what_the_browser_says(self, agent, kind, browser):
        assert (kind_of(agent), family_of(agent)) == (kind, browser)


class TestAccessToTheseOfOthers:
    @pytest.mark.parametrize("address", [ACCESS, DATA, DEVICES])
    def test_needs_signing_in(self, client, address):
        assert client.get(address).url.startswith("/accounts/login/")

    def test_by_somebody_without_a_record_answers_like_a_missing_page(self, cast, browser_of):
        assert browser_of(cast.thea).get(ACCESS).status_code == 404
