from uuid import uuid4

import pytest

from accounts import clock
from recovery.models import VisitQuestion
from recovery.services import questions
from recovery.services.close import close_recovery
from tests.recoveries import ANKLE_CAST, ask, make_recovery

pytestmark = pytest.mark.django_db
LIST = "/recovery/questions/"


@pytest.fixture
def reads(pat_browser, text_of):
    """Read Pat's list."""
    return lambda query="": text_of(pat_browser.get(LIST + query))


@pytest.fixture
def question(recovery, pat):
    return ask(recovery, "When may I drive?", by=pat)


@pytest.fixture
def act(pat_browser, question, text_of):
    """Press a button of a question."""
    return lambda name, **data: text_of(
        pat_browser.post(f"{LIST}{question.public_id}/{name}/", data, follow=True)
    )


class TestWhoSeesQuestions:
    def test_only_the_patient_changes_them(self, browser_of, cast, question):
        for person in (cast.otto, cast.thea, cast.olga, cast.cleo):
            browser = browser_of(person)
            for end in ("", "asked/", "remove/", "put-back/"):
                address = f"{LIST}{question.public_id}/{end}"
                assert browser.post(address, {"text": "Mine"}).status_code == 404
                missing = browser.post(f"{LIST}{uuid4()}/{end}", {"text": "Mine"})
                assert missing.content == browser.post(address, {"text": "Mine"}).content
        question.refresh_from_db()
        assert (question.text, question.asked_at, question.removed_at) == ("When may I drive?", None, None)

    def test_a_list_of_another_person_is_404(self, browser_of, cast, question, recovery):
        make_recovery(cast.otto_record, by=cast.thea)
        otto = browser_of(cast.otto)

        assert otto.get(f"{LIST}?recovery={recovery.public_id}").status_code == 404
        assert otto.post(f"{LIST}?recovery={recovery.public_id}", {"text": "Mine"}).status_code == 404
        assert "When may I drive?" not in otto.get(LIST).content.decode()

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, question):
        stays_cheap(recovery, LIST)

    def test_nothing_is_done_by_a_link(self, pat_browser, question):
        for end in ("asked/", "remove/", "put-back/"):
            assert pat_browser.get(f"{LIST}{question.public_id}/{end}").status_code == 405


class TestTheList:
    def test_holds_every_open_question_however_many_were_asked_since(self, recovery, question, reads):
        now = clock.now()
        VisitQuestion.objects.bulk_create(
            VisitQuestion(recovery=recovery, text=f"{number}?", added_at=now, asked_at=now)
            for number in range(80)
        )

        assert "When may I drive?" in reads()


class TestAdding:
    def test_puts_it_on_the_list(self, pat_browser, recovery, text_of):
        answer = pat_browser.post(LIST, {"text": "May I swim?", "question_id": uuid4()}, follow=True)

        assert "Your question is on the list." in text_of(answer)
        assert "Still to ask May I swim?" in text_of(answer)

    def test_twice_by_an_impatient_thumb_makes_one(self, pat_browser, recovery):
        for _tap in range(2):
            pat_browser.post(
                LIST, {"text": "May I swim?", "question_id": "6f1f4b0e-0000-4000-8000-000000000001"}
            )

        assert VisitQuestion.objects.count() == 1

    def test_keeps_what_was_typed_where_it_is_refused(self, pat_browser, recovery, text_of):
        answer = pat_browser.post(LIST, {"text": "x" * 301, "question_id": uuid4()})

        assert "x" * 301 in answer.content.decode()
        assert not VisitQuestion.objects.exists()

    @pytest.mark.parametrize(
        "data", [{}, {"text": " "}, {"text": "a\x00"}, {"text": "?", "question_id": "x"}]
    )
    def test_takes_no_nonsense(self, pat_browser, recovery, data):
        answer = pat_browser.post(LIST, data)

        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert not VisitQuestion.objects.exists()

    def test_shows_markup_as_it_was_typed(self, pat_browser, recovery, pat):
        ask(recovery, "<script>alert(1)</script>", by=pat)

        assert "<script>alert" not in pat_browser.get(LIST).content.decode()

    def test_stands_on_the_bone_it_is_about(self, pat_browser, recovery, pat_record, thea):
        ankle = make_recovery(pat_record, by=thea, kind=ANKLE_CAST)
        answer = pat_browser.post(f"{LIST}?recovery={ankle.public_id}", {"text": "May I swim?"})

        assert VisitQuestion.objects.get().recovery == ankle
        assert answer["Location"] == f"{LIST}?recovery={ankle.public_id}"

    def test_to_a_full_list_says_that_it_is_full(self, pat_browser, recovery, pat, reads, text_of):
        for number in range(20):
            ask(recovery, f"{number}?", by=pat)

        assert "Your list is full" in reads()
        assert "Your list is full" in text_of(pat_browser.post(LIST, {"text": "One more?"}))
        assert VisitQuestion.objects.count() == 20

    def test_to_a_closed_recovery_is_not_offered(self, recovery, question, reads, thea):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        words = reads()

        assert "When may I drive?" in words
        for offer in ("Add this question", "Change", "Delete"):
            assert offer not in words


class TestAQuestion:
    def test_is_changed(self, pat_browser, question, text_of):
        address = f"{LIST}{question.public_id}/"
        assert "When may I drive?" in pat_browser.get(address).content.decode()

        answer = pat_browser.post(address, {"text": "May I swim?"}, follow=True)

        assert "Your question is saved." in text_of(answer)
        assert VisitQuestion.objects.get().text == "May I swim?"

    def test_is_marked_as_asked_and_asked_again(self, act):
        words = act("asked")
        assert "Still to ask Nothing yet." in words
        assert "Asked When may I drive?" in words

        assert "Still to ask When may I drive?" in act("asked", asked="no")

    def test_is_deleted_and_put_back(self, act):
        words = act("remove")
        assert "Just deleted “When may I drive?”" in words
        assert "Still to ask Nothing yet." in words

        assert "Still to ask When may I drive?" in act("put-back")

    def test_that_was_wiped_is_404(self, pat_browser, recovery, pat, question):
        for one in (question, ask(recovery, "May I swim?", by=pat)):
            questions.remove_question(question=one, by=pat, now=clock.now())

        assert pat_browser.post(f"{LIST}{question.public_id}/put-back/").status_code == 404
        assert pat_browser.get(f"{LIST}{question.public_id}/").status_code == 404
