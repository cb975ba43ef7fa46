"""The house rules that are tests: where tables point, how long files are, who keeps the clock."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignObject

from config.celery import app as celery_app

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("config", "reminders", "recovery", "accounts")
FLOOR = {name: number for number, name in enumerate(("accounts", "recovery", "reminders"))}
SOURCES = sorted(
    file for package in PACKAGES for file in (ROOT / package).rglob("*.py") if "migrations" not in file.parts
)
KEYS = [
    field
    for name in FLOOR
    for model in apps.get_app_config(name).get_models()
    for field in model._meta.get_fields()
    if isinstance(field, ForeignObject)
]


class TestTables:
    @pytest.mark.parametrize("key", KEYS, ids=str)
    def test_point_down_and_leave_no_trace_in_a_lower_package(self, key):
        here, there = key.model._meta.app_label, key.related_model._meta.app_label
        if there not in FLOOR or here == there:
            return

        assert FLOOR[here] > FLOOR[there]
        assert key.remote_field.related_name == "+"

    @pytest.mark.parametrize(
        "model", [m for name in FLOOR for m in apps.get_app_config(name).get_models()], ids=str
    )
    def test_have_no_default_ordering(self, model):
        assert not model._meta.ordering


class TestFiles:
    @pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
    def test_are_split_at_400_lines(self, file):
        assert len(file.read_text().splitlines()) <= 400

    @pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
    def test_swallow_no_fault(self, file):
        handlers = [
            node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ExceptHandler)
        ]

        silent = [
            node.lineno for node in handlers if len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
        ]

        assert silent == []


class TestBeat:
    def test_has_at_most_five_entries_whatever_the_number_of_patients(self):
        assert len(celery_app.conf.beat_schedule) <= 5

    def test_names_tasks_that_exist(self):
        celery_app.loader.import_default_modules()

        assert {one["task"] for one in celery_app.conf.beat_schedule.values()} <= set(celery_app.tasks)
