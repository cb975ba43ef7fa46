"""Who is in the demo. Nobody here is a real person; the telephone numbers are kept for fiction."""

from dataclasses import dataclass, field

PASSWORD = "recover-6-weeks"  # noqa: S105 - printed for everybody, in demo data only


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the demo clinic."""

    email: str
    name: str
    profession: str
    is_manager: bool = False
    may_confirm_plans: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """Something on a patient's list; ``label`` is in the words of the clinical table of bone medicines."""

    kind: str
    label: str
    hour: int
    every_days: int = 1
    starts_in_days: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """One patient's recovery so far. Days count from day 0; ``day`` is how many have passed.

    ``pain`` is pain at rest, one value a day up to yesterday, None where nothing was logged. One exercise in
    ``skip_every`` was left out. ``films`` are the planned films that have a result, by key.
    ``goals`` are scored once a week, from 0 on.
    """

    email: str
    name: str
    age: int
    number: str
    therapist: str
    site: str
    side: str
    method: str
    hardware: tuple[str, ...]
    protocol: str
    day: int
    pain: tuple[int | None, ...] = ()
    waited_days: int = 0
    doctor: str = ""
    load_choice: str = ""
    graft: str = "none"
    is_low_energy: bool = True
    exercises: tuple[str, ...] = ()
    skip_every: int = 7
    films: tuple[str, ...] = ()
    therapy_in_days: int | None = None
    book_film: str = ""
    releases: int = 0
    warning: str = ""
    notes: dict[int, str] = field(default_factory=dict)
    listed: tuple[Listed, ...] = ()
    goals: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    is_draft: bool = False


STAFF = (
    Staff("cleo@demo.example", "Cleo Marsh", "other", is_manager=True),
    Staff("thea@demo.example", "Thea Lindqvist", "physiotherapist", may_confirm_plans=True),
    Staff("olga@demo.example", "Olga Brandt", "physiotherapist"),
    Staff("max@demo.example", "Max Okafor", "doctor", may_confirm_plans=True),
)

PAT = Story(
    email="pat@demo.example",
    name="Pat Rivera",
    age=67,
    number="20418",
    therapist="thea@demo.example",
    doctor="max@demo.example",
    site="distal-radius",
    side="left",
    method="open_reduction",
    hardware=("plate", "screws", "splint"),
    protocol="distal-radius.plate",
    day=17,
    waited_days=2,
    pain=(None, 7, 7, 6, 7, 6, 5, 5, 6, None, 5, 4, 4, 5, 4, 3, 3),
    exercises=("ex-finger-fist", "ex-thumb-touch", "ex-forearm-turn"),
    films=("week-2",),
    therapy_in_days=3,
    book_film="week-6",
    releases=1,
    notes={5: "First night I slept through.", 12: "Made tea with both hands."},
    goals=("Do up buttons", "Hold a cup", "Turn a key"),
    questions=("When may I drive again?", "Can I swim with the splint off?"),
)

VERA = Story(
    email="vera@demo.example",
    name="Vera Castellanos",
    age=78,
    number="20377",
    therapist="thea@demo.example",
    site="vertebral-compression",
    side="middle",
    method="balloon_kyphoplasty",
    hardware=("balloon", "bone_cement"),
    protocol="vertebral-compression.kyphoplasty",
    day=24,
    waited_days=9,
    pain=(6, 4, 4, 3, 3, 3, 2, 2, 3, 2, 2, 2, None, 2, 2, 1, 2, 2, 1, 1, 2, 1, 1, 1),
    exercises=("ex-walk", "ex-breath"),
    listed=(
        Listed("supplement", "Vitamin D", hour=9),
        Listed("bone_health", "Denosumab injection", hour=10, every_days=182, starts_in_days=19),
    ),
    therapy_in_days=5,
    releases=1,
)

OTTO = Story(
    email="otto@demo.example",
    name="Otto Bergmann",
    age=54,
    number="20455",
    therapist="olga@demo.example",
    doctor="max@demo.example",
    site="ankle",
    side="right",
    method="closed_reduction",
    hardware=("cast",),
    protocol="ankle.cast",
    load_choice="standard",
    day=16,
    is_low_energy=False,
    pain=(8, 7, 7, 6, 6, 6, 5, 5, 4, 5, 4, 4, 3, 4, 3, 3),
    films=("week-1", "week-2"),
    therapy_in_days=6,
    book_film="week-3",
)

OTHERS = (
    Story(
        email="",
        name="Ines Moreau",
        age=82,
        number="20288",
        therapist="thea@demo.example",
        site="femoral-neck",
        side="right",
        method="arthroplasty",
        hardware=("joint_replacement",),
        protocol="femoral-neck.arthroplasty",
        day=38,
        pain=(7, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3, 3, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 2, 1),
        exercises=("ex-walk",),
        releases=1,
    ),
    Story(
        email="",
        name="Jonas Weiss",
        age=45,
        number="20490",
        therapist="thea@demo.example",
        site="tibial-shaft",
        side="left",
        method="open_reduction",
        hardware=("rod", "screws"),
        protocol="tibial-shaft.rod",
        day=9,
        is_low_energy=False,
        pain=(8, 8, 7, 7, 6, 5, 5, 4, 8),
        warning="rf-dvt",
    ),
    Story(
        email="",
        name="Maria Olsen",
        age=71,
        number="20131",
        therapist="thea@demo.example",
        site="proximal-humerus",
        side="right",
        method="closed_reduction",
        hardware=("sling",),
        protocol="proximal-humerus.sling",
        day=30,
        pain=(7, 7, 6, 6, 6, 5, 5, 5, 5, 4, 5, 4, 4, 4, 4, 3, 4, 3, 3, 3, 3, 3, 2, 3, 2, 2, 3, 2, 2, 2),
        films=("week-1",),
        exercises=("ex-scap-set",),
    ),
    Story(
        email="",
        name="Samuel Adeyemi",
        age=59,
        number="20502",
        therapist="thea@demo.example",
        site="ankle",
        side="left",
        method="open_reduction",
        hardware=("plate", "screws", "splint"),
        protocol="ankle.plate",
        load_choice="standard",
        day=3,
        is_draft=True,
    ),
)

STORIES = (PAT, VERA, OTTO, *OTHERS)
