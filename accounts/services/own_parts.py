"""What the file with a person's own data holds about their account."""

from allauth.usersessions.models import UserSession
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, AuditEvent, CareLink, Patient, PrivacyAcceptance, User
from accounts.services import export


def register() -> None:
    """Add the parts of this package."""
    export.add(
        "account",
        _("Your account"),
        lambda user: User.objects.filter(pk=user.pk),
        "public_id email name language time_zone theme text_size hand joined_at last_login",
    )
    export.add(
        "records",
        _("Your details at a clinic"),
        lambda user: Patient.objects.of(user).annotate(clinic_name=F("clinic__name")),
        "public_id clinic_name name born_on clinic_number language time_zone email created_at",
    )
    export.add(
        "people_who_care",
        _("People who care or cared for you"),
        lambda user: CareLink.objects.filter(patient__in=Patient.objects.of(user)).annotate(
            member_name=F("member__user__name")
        ),
        "member_name role reason from_at until_at",
    )
    export.add(
        "privacy_notices",
        _("Privacy notices you agreed to"),
        lambda user: PrivacyAcceptance.objects.filter(user=user),
        "version accepted_at",
    )
    export.add(
        "keys",
        _("Keys for programs"),
        lambda user: ApiToken.objects.filter(user=user),
        "name scope created_at expires_at last_used_on revoked_at",
    )
    export.add(
        "devices",
        _("Devices you are signed in on"),
        lambda user: UserSession.objects.filter(user=user),
        "user_agent ip created_at last_seen_at",
    )
    export.add(
        "access",
        _("Lines about who read or changed your record"),
        lambda user: AuditEvent.objects.filter(
            patient_id__in=Patient.objects.of(user).values("public_id")
        ).annotate(by=Subquery(User.objects.filter(public_id=OuterRef("actor_id")).values("name")[:1])),
        "at action by subject_id",
    )
