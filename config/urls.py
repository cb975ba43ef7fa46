"""Where everything is mounted."""

from allauth.account import urls as allauth_urls
from allauth.account.decorators import secure_admin_login
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from config import api_pages, dev_mail, views

admin.autodiscover()
admin.site.unregister(UserSession)  # where people are signed in is theirs to see
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# People's addresses come from invitations and belong to their clinic: allauth's pages to add more stay away.
ELSEWHERE = {"account_email", "account_email_verification_sent", "account_confirm_email"}
SIGN_IN = [one for one in allauth_urls.urlpatterns if one.name not in ELSEWHERE]

urlpatterns = [
    path("", views.home, name="home"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.service_worker, name="service-worker"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("", include("accounts.urls")),
    path("", include("recovery.urls")),
    path("", include("reminders.urls")),
    path("accounts/", include(SIGN_IN)),
    path("admin/", admin.site.urls),
    path("dev/mail/", dev_mail.index, name="dev-mail"),
    path("dev/mail/<str:name>/<int:number>/", dev_mail.detail, name="dev-mail-detail"),
    path("api/v1/", api_pages.Index.as_view(), name="api-index"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs/", api_pages.docs, name="api-docs"),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("recovery.api.urls")),
    path("api/v1/", include("reminders.api.urls")),
]
handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.not_found
handler500 = views.server_error
