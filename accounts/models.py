"""Who people are, and who may see whom (``docs/architecture.md``)."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.querysets import (
    ApiTokenQuerySet,
    CareLinkQuerySet,
    InvitationQuerySet,
    MembershipQuerySet,
    PatientQuerySet,
)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without a password they sign in by a code sent to their e-mail address."""
        user = self.model(email=email.strip().lower(), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an operator, who may use the Django admin and sees no patient through the app."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by e-mail address, whatever its letter case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. What they may see follows from their ties, never from a flag here."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Same as my phone")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class TextSize(models.TextChoices):
        NORMAL = "normal", _("Normal")
        LARGE = "large", _("Large")
        LARGEST = "largest", _("Largest")

    class Hand(models.TextChoices):
        BOTH = "both", _("Both hands")
        LEFT = "left", _("Left hand")
        RIGHT = "right", _("Right hand")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(max_length=16, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    text_size = models.CharField(max_length=8, choices=TextSize.choices, default=TextSize.NORMAL)
    hand = models.CharField(
        max_length=8, choices=Hand.choices, default=Hand.BOTH, help_text=_("The hand that holds the phone.")
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("operator"), default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email_address")]

    def __str__(self) -> str:
        return f"user {self.public_id}"

    def get_full_name(self) -> str:
        """Return the name as the person wrote it."""
        return self.name


class Clinic(models.Model):
    """A place that cares for patients: its zone, its phones and its clinically approved settings."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC")
    phone = models.CharField(max_length=40, blank=True)
    phone_hours = models.CharField(max_length=120, blank=True)
    out_of_hours_phone = models.CharField(max_length=40, blank=True)
    emergency_number = models.CharField(max_length=20, default="112")
    crisis_line = models.CharField(max_length=40, blank=True)
    holidays = models.JSONField(
        default=list, blank=True, help_text=_("ISO dates on which the clinic is closed.")
    )
    content_version = models.CharField(max_length=20, help_text=_("The clinical content this clinic uses."))
    pain_high = models.PositiveSmallIntegerField(
        default=8, help_text=_("Pain from here up needs somebody today.")
    )
    pain_rise = models.PositiveSmallIntegerField(
        default=3, help_text=_("A rise of so much in 3 days as well.")
    )
    quiet_days = models.PositiveSmallIntegerField(
        default=4, help_text=_("Days without a log before staff look.")
    )
    retention_years = models.PositiveSmallIntegerField(default=10)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pain_high__lte=10, pain_rise__gte=1, quiet_days__gte=1),
                name="clinic_thresholds_make_sense",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Profession(models.TextChoices):
    PHYSIOTHERAPIST = "physiotherapist", _("Physiotherapist")
    DOCTOR = "doctor", _("Doctor")
    NURSE = "nurse", _("Nurse")
    OTHER = "other", _("Other")


class Membership(models.Model):
    """A user works at a clinic, from an instant until another."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    profession = models.CharField(max_length=20, choices=Profession.choices)
    is_manager = models.BooleanField(default=False)
    may_confirm_plans = models.BooleanField(default=False)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "user", "clinic", condition=Q(until_at__isnull=True), name="one_open_membership_per_clinic"
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
                name="membership_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.public_id}"


class Patient(models.Model):
    """A patient's record at a clinic. Neither an e-mail address nor a user is needed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="patients")
    name = models.CharField(max_length=120)
    born_on = models.DateField()
    clinic_number = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=16, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    email = models.EmailField(max_length=254, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "clinic", "user", condition=Q(user__isnull=False), name="one_patient_per_user_and_clinic"
            ),
            models.UniqueConstraint(
                "clinic",
                "clinic_number",
                condition=~Q(clinic_number=""),
                name="one_patient_per_clinic_number",
            ),
        ]

    def __str__(self) -> str:
        return f"patient {self.public_id}"

    @property
    def first_name(self) -> str:
        """Return the first word of the name, for a greeting."""
        return self.name.split()[0] if self.name.strip() else ""


class CareLink(models.Model):
    """A member of staff cares for a patient. Nothing else opens a patient's record to staff."""

    class Reason(models.TextChoices):
        OWN = "own", _("Own patient")
        COVER = "cover", _("Cover for a colleague")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="care_links")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="care_links")
    role = models.CharField(max_length=20, choices=Profession.choices)
    reason = models.CharField(max_length=8, choices=Reason.choices, default=Reason.OWN)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    objects = CareLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "patient", "member", condition=Q(until_at__isnull=True), name="one_open_care_link_per_member"
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
                name="care_link_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"care link {self.public_id}"


class Invitation(models.Model):
    """A single-use link sent to an address: to join a clinic's staff, or to open one's own record."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="invitations")
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(max_length=254)
    profession = models.CharField(max_length=20, choices=Profession.choices, blank=True)
    is_manager = models.BooleanField(default=False)
    may_confirm_plans = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: the mail has not gone out."))
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "clinic",
                "email",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=Q(patient__isnull=False) | ~Q(profession=""),
                name="invitation_is_for_patient_or_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.public_id}"


class PrivacyAcceptance(models.Model):
    """A person accepted one version of the privacy notice."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="privacy_acceptances")
    version = models.CharField(max_length=20)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("user", "version", name="one_acceptance_per_notice_version")]

    def __str__(self) -> str:
        return f"privacy notice {self.version}"


class ApiToken(models.Model):
    """A key for programs, kept as a hash and shown once."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        LOG = "log", _("Read and log")
        STAFF = "staff", _("Everything this person may do")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"token {self.public_id}"


class AuditEvent(models.Model):
    """Who did or read what, when and from where. Database triggers refuse every change and deletion.

    People and things are named by public id only, without foreign keys: once a person's row is erased, the
    id is the pseudonym that remains.
    """

    RECORD_READ: ClassVar[str] = "patient.record_read"

    at = models.DateTimeField(db_index=True)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    patient_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient_id", "-at"], name="audit_of_a_patient")]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"
