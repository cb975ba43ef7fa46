"""Every text of the tables that patients read, for translators and for the test of reading grade."""

from collections.abc import Iterator
from dataclasses import dataclass

from recovery.protocols.content import Content


@dataclass(frozen=True, slots=True)
class PatientText:
    """A text and where it comes from: file, row and column, joined by dots."""

    place: str
    text: str


def patient_texts(content: Content) -> Iterator[PatientText]:
    """Yield every text of a release that a patient may read, in the order of the tables."""
    for found in (_plan_texts, _help_texts, _exercise_texts, _log_texts, _bone_health_texts):
        yield from found(content)


def _plan_texts(content: Content) -> Iterator[PatientText]:
    for fracture in content.fractures.values():
        yield PatientText(f"fractures.{fracture.slug}.plain", fracture.plain)
    for load in content.load_codes.values():
        yield PatientText(f"load_codes.{load.code}.label", load.label)
        yield PatientText(f"load_codes.{load.code}.plain", load.plain)
    for stage in content.stages:
        yield PatientText(f"stages.{stage.id}.name", stage.name)
        yield PatientText(f"stages.{stage.id}.text", stage.text)
    for gate in content.gates.values():
        for number, need in enumerate(gate.needs, start=1):
            if need.text is not None:
                yield PatientText(f"gates.{gate.name}.{number}", need.text)
    for notice in content.notices.values():
        yield PatientText(f"notices.{notice.id}.text", notice.text)


def _help_texts(content: Content) -> Iterator[PatientText]:
    for urgency in content.urgencies.values():
        yield PatientText(f"urgency.{urgency.code}.label", urgency.label)
        yield PatientText(f"urgency.{urgency.code}.action", urgency.action)
    for flag in content.red_flags.values():
        yield PatientText(f"red_flags.{flag.id}.ask", flag.ask)
        if flag.ask2 is not None:
            yield PatientText(f"red_flags.{flag.id}.ask2", flag.ask2)
        yield PatientText(f"red_flags.{flag.id}.do_now", flag.do_now)


def _exercise_texts(content: Content) -> Iterator[PatientText]:
    for exercise in content.exercises.values():
        yield PatientText(f"exercises.{exercise.id}.name", exercise.name)
        for number, step in enumerate(exercise.steps, start=1):
            yield PatientText(f"exercises.{exercise.id}.steps.{number}", step)
    for rule in content.stop_rules.values():
        yield PatientText(f"stop_rules.{rule.id}.text", rule.text)


def _log_texts(content: Content) -> Iterator[PatientText]:
    for field in content.log_fields:
        yield PatientText(f"daily_log.{field.name}.prompt", field.prompt)
        for option in field.options if field.kind != "load_code" else ():
            yield PatientText(f"daily_log.{field.name}.options", option)
    for xray in content.xray_fields:
        for part in (*xray.options, *xray.parts) if xray.for_patient else ():
            yield PatientText(f"xray_record.{xray.name}.options", part)


def _bone_health_texts(content: Content) -> Iterator[PatientText]:
    for row in content.reference["osteoporosis_schedule"]:
        if row["who"] in ("patient", "both"):
            yield PatientText(f"osteoporosis_schedule.{row['id']}.text", str(row["text"]))
    for row in content.reference["bone_medicines"]:
        yield PatientText(f"bone_medicines.{row['drug']}.tip", str(row["tip"]))
    for row in content.reference["falls_tasks"]:
        yield PatientText("falls_tasks.task", str(row["task"]))
    for row in content.reference["risk_factors"]:
        if row["show"] == "patient" and "text" in row:
            yield PatientText(f"risk_factors.{row['slug']}.text", str(row["text"]))
