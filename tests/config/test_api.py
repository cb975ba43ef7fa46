"""What all API views share."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError as Refusal
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.models import User
from config.api import Pages


class Closed(APIView):
    """A view whose service refuses."""

    authentication_classes = permission_classes = throttle_classes = ()

    def post(self, request):
        raise Refusal(request.data["refusal"], code="recovery_closed")


def post(body: bytes):
    request = APIRequestFactory().post("/", body, content_type="application/json")
    return Closed.as_view()(request)


class TestARefusal:
    def test_becomes_a_400_in_the_one_shape(self):
        answer = post(b'{"refusal": "This recovery is closed."}')

        assert answer.status_code == 400
        assert answer.data == {
            "type": "validation_error",
            "errors": [
                {"code": "recovery_closed", "detail": "This recovery is closed.", "attr": "non_field_errors"}
            ],
        }

    def test_names_the_field_it_is_about(self):
        answer = post(b'{"refusal": {"pain_rest": "Choose a number."}}')

        assert answer.status_code == 400
        assert answer.data["errors"][0]["attr"] == "pain_rest"


class TestABody:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"[" * 100_000, 400),
            (b'{"a":' * 100_000, 400),
            (b"{", 400),
            (b"\xff", 400),
            (b"NaN", 400),
            (b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1), 413),
        ],
    )
    def test_that_is_hostile_is_refused(self, body, status):
        answer = post(body)

        assert answer.status_code == status
        assert answer.data["errors"][0]["attr"] is None


class TestPages:
    @pytest.mark.parametrize(
        ("query", "limit"), [("", 50), ("limit=20", 20), ("limit=1000000000", 200), ("limit=x", 50)]
    )
    def test_hold_at_most_200_rows(self, query, limit):
        request = APIView().initialize_request(APIRequestFactory().get(f"/?{query}"))

        assert Pages().get_limit(request) == limit

    @pytest.mark.parametrize(
        ("offset", "is_first_page"),
        [
            pytest.param("1" + "0" * 30, False, id="past what a database counts to"),
            pytest.param("9" * 5000, True, id="past what Python reads"),
            pytest.param("-1", True, id="negative"),
        ],
    )
    def test_take_any_offset(self, cast, offset, is_first_page):
        request = APIView().initialize_request(APIRequestFactory().get("/", {"offset": offset}))

        rows = Pages().paginate_queryset(User.objects.order_by("pk"), request)

        assert bool(rows) == is_first_page


class TestTheIndex:
    def test_names_every_resource_of_the_contract(self, client, db):
        answer = client.get("/api/v1/").json()

        promised = (
            "recoveries logs exercises sets visits x-rays alerts reminders preferences protocols library me"
        )
        assert set(promised.split()) <= set(answer)
        assert answer["logs"] == "http://testserver/api/v1/logs/"


class TestTheDescription:
    def test_is_a_page_without_script(self, client, db):
        page = client.get("/api/v1/docs/").content.decode()

        assert "POST /api/v1/logs/" in page
        assert "cdn" not in page

    def test_is_an_openapi_file_too(self, client, db):
        answer = client.get("/api/v1/schema/")

        assert answer.status_code == 200
        assert b"openapi: 3" in answer.content


class TestAnAddressThatIsNone:
    def test_is_answered_in_the_one_shape(self, client, db):
        answer = client.get("/api/v1/nowhere/")

        assert answer.status_code == 404
        assert answer.json()["errors"] == [{"code": "not_found", "detail": "Not found.", "attr": None}]
