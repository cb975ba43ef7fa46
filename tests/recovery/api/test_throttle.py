"""What a program that asks too often is told."""

import time

from django.core.cache import cache


class TestTooManyCalls:
    def test_are_refused_in_the_one_shape_with_the_time_to_wait(self, calls, cast, wrist):
        from rest_framework.throttling import UserRateThrottle

        rule = UserRateThrottle()
        key = rule.cache_format % {"scope": rule.scope, "ident": cast.pat.pk}
        cache.set(key, [time.time()] * rule.num_requests, rule.duration)

        answer = calls["pat"].get("/api/v1/recoveries/")

        assert answer.status_code == 429
        assert answer.data["type"] == "client_error"
        assert answer.data["errors"][0]["code"] == "throttled"
        assert int(answer["Retry-After"]) > 0
        assert calls["thea"].get("/api/v1/recoveries/").status_code == 200
