from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accounts import clock
from accounts.models import AuditEvent
from recovery.domain.questions import MOST_OPEN, TEXT_LENGTH
from recovery.models import VisitQuestion
from recovery.services import questions
from recovery.services.change import RecoveryClosed, SavedDiffers
from recovery.services.close import close_recovery
from tests.recoveries import ask, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(pat_record, thea):
    return make_recovery(pat_record, by=thea)


@pytest.fixture
def question(recovery, pat):
    return ask(recovery, "When may I drive?", by=pat)


@pytest.fixture
def act(pat):
    """Do something to a question as Pat."""

    def do(service, question, **more):
        return service(question=question, by=pat, now=more.pop("now", clock.now()), **more)

    return do


def actions():
    return list(
        AuditEvent.objects.filter(action__startswith="question.")
        .order_by("pk")
        .values_list("action", flat=True)
    )


class TestAddQuestion:
    def test_keeps_the_words_on_one_line_and_writes_who_did_it(self, recovery, pat):
        ask(recovery, "  When may\n I drive?  ", by=pat)

        assert VisitQuestion.objects.get().text == "When may I drive?"
        assert actions() == ["question.added"]

    def test_twice_with_one_id_makes_one(self, recovery, pat):
        one = uuid4()
        for _time in range(2):
            questions.add_question(recovery=recovery, text="Why?", question_id=one, by=pat, now=clock.now())

        assert VisitQuestion.objects.count() == 1
        assert actions() == ["question.added"]

    def test_with_other_words_under_one_id_is_refused(self, recovery, pat):
        one = uuid4()
        questions.add_question(recovery=recovery, text="Why?", question_id=one, by=pat, now=clock.now())

        with pytest.raises(SavedDiffers):
            questions.add_question(recovery=recovery, text="How?", question_id=one, by=pat, now=clock.now())

    def test_under_the_id_of_another_persons_question_is_refused_alike(self, question, cast):
        theirs = make_recovery(cast.otto_record, by=cast.thea)

        with pytest.raises(SavedDiffers):
            questions.add_question(
                recovery=theirs,
                text=question.text,
                question_id=question.public_id,
                by=cast.otto,
                now=clock.now(),
            )

    @pytest.mark.parametrize("text", ["", "  \n ", "x" * (TEXT_LENGTH + 1), "a\x00b", "\ud800"])
    def test_refuses_what_is_no_question(self, recovery, pat, text):
        with pytest.raises(questions.QuestionDoesNotFit):
            ask(recovery, text, by=pat)

    def test_holds_300_letters_and_20_open_questions(self, recovery, pat):
        for number in range(MOST_OPEN):
            ask(recovery, f"{number}".rjust(TEXT_LENGTH, "x"), by=pat)

        with pytest.raises(questions.TooManyQuestions):
            ask(recovery, "One more?", by=pat)

    def test_to_a_closed_recovery_is_refused(self, recovery, pat, thea):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(RecoveryClosed):
            ask(recovery, by=pat)


class TestChangeQuestion:
    def test_changes_the_words(self, question, act):
        act(questions.change_question, question, text="When may I swim?")

        assert VisitQuestion.objects.get().text == "When may I swim?"
        assert actions() == ["question.added", "question.changed"]

    def test_of_a_deleted_one_is_refused(self, question, act):
        act(questions.remove_question, question)

        with pytest.raises(questions.QuestionGone):
            act(questions.change_question, question, text="When may I swim?")


class TestMarkAsked:
    def test_takes_it_off_the_open_ones_and_back(self, question, act):
        act(questions.mark_asked, question, is_asked=True)
        act(questions.mark_asked, question, is_asked=True)
        assert not VisitQuestion.objects.all().still_open().exists()

        act(questions.mark_asked, question, is_asked=False)

        assert VisitQuestion.objects.all().still_open().get() == question
        assert actions() == ["question.added", "question.asked", "question.reopened"]

    def test_makes_room_for_another_and_none_to_come_back(self, recovery, question, pat, act):
        for number in range(MOST_OPEN - 1):
            ask(recovery, f"{number}?", by=pat)
        act(questions.mark_asked, question, is_asked=True)
        ask(recovery, "One more?", by=pat)

        with pytest.raises(questions.TooManyQuestions):
            act(questions.mark_asked, question, is_asked=False)


class TestRemoveQuestion:
    def test_can_be_taken_back_for_a_while(self, question, act):
        act(questions.remove_question, question)
        act(questions.remove_question, question)
        act(questions.put_back_question, question)
        act(questions.put_back_question, question)

        assert VisitQuestion.objects.all().kept().get().text == "When may I drive?"
        assert actions() == ["question.added", "question.removed", "question.put_back"]

    def test_cannot_be_taken_back_later(self, question, act):
        act(questions.remove_question, question)

        with pytest.raises(questions.QuestionGone):
            act(questions.put_back_question, question, now=clock.now() + timedelta(minutes=16))

    def test_wipes_the_words_of_the_one_deleted_before(self, recovery, question, pat, act):
        other = ask(recovery, "May I swim?", by=pat)
        act(questions.remove_question, question)
        act(questions.remove_question, other)

        question.refresh_from_db()
        assert question.text == ""
        with pytest.raises(questions.QuestionGone):
            act(questions.put_back_question, question)

    def test_is_not_undone_by_an_old_page_that_sends_it_again(self, recovery, question, pat, act):
        other = ask(recovery, "May I swim?", by=pat)
        act(questions.remove_question, question)
        act(questions.remove_question, other)

        questions.add_question(
            recovery=recovery,
            text="When may I drive?",
            question_id=question.public_id,
            by=pat,
            now=clock.now(),
        )

        assert not VisitQuestion.objects.all().kept().exists()

    @pytest.mark.parametrize("service", [questions.remove_question, questions.put_back_question])
    def test_of_a_closed_recovery_is_refused(self, recovery, question, act, thea, service):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(ValidationError):
            act(service, question)
