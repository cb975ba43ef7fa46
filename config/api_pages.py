"""The API's front door and its description for people."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

PREFIX = "api/v1/"


class Index(APIView):
    """The API's front door: the address of every resource."""

    permission_classes = [AllowAny]

    @extend_schema(responses={200: dict[str, str]}, operation_id="index", tags=["index"])
    def get(self, request: Request) -> Response:
        """List the resources and their addresses."""
        root = reverse("api-index", request=request)
        return Response({name: f"{root}{name}/" for name in resources()})


def resources() -> list[str]:
    """Return the names of all mounted resources: the plain addresses one step below the index."""
    names = {route.removeprefix(PREFIX) for route in _routes(get_resolver().url_patterns) if route != PREFIX}
    return sorted({name.rstrip("/") for name in names if name.count("/") == 1 and "<" not in name})


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            if route.startswith(PREFIX):
                yield route
        elif PREFIX.startswith(route) or route.startswith(PREFIX):
            yield from _routes(entry.url_patterns, route)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the API's description as one page without script."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return render(request, "config/api_docs.html", {"info": schema["info"], "groups": _groups(schema)})


def _groups(schema: dict[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in schema["paths"].items():
        resource = path.removeprefix(f"/{PREFIX}").split("/")[0] or "index"
        for method, operation in operations.items():
            groups.setdefault(resource, []).append(_operation(path, method, operation))
    return [{"name": name, "operations": operations} for name, operations in sorted(groups.items())]


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "path": path,
        "method": method.upper(),
        "text": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "body": str(body.get("schema", {}).get("$ref", "")).rpartition("/")[2],
        "statuses": sorted(operation.get("responses", {})),
    }
