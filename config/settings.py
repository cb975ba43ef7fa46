"""All settings, read from the environment: safe and working with an empty one (``docs/configuration.md``)."""

from email.utils import quote
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from config.env import (
    env_bool,
    env_choice,
    env_database,
    env_int,
    env_mail,
    env_mailbox,
    env_origin,
    env_provider,
    env_redis,
    env_secret,
    env_str,
    env_webhook_secret,
    env_zone,
    is_given,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var")))

PRODUCT_NAME = env_str("PRODUCT_NAME", "Bonestep")
DEBUG = env_bool("DEBUG", False)
BIND = env_str("BIND", "127.0.0.1")
PORT = env_int("PORT", 8000, least=1, most=65535)
SECRET_KEY = env_secret("SECRET_KEY", VAR_DIR / "secret_key")
METRICS_TOKEN = env_secret("METRICS_TOKEN")
SECRET_IS_GENERATED = not is_given("SECRET_KEY") and not is_given("SECRET_KEY_FILE")

PUBLIC_URL = env_origin("PUBLIC_URL")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
IS_SECURE = PUBLIC_URL.startswith("https://")
IS_LOOPBACK = not PUBLIC_URL and BIND in {"127.0.0.1", "::1", "localhost"}
_local = {"0.0.0.0": "localhost", "::": "localhost", "::1": "[::1]"}.get(BIND, BIND)  # noqa: S104  # nosec
SITE_URL = PUBLIC_URL or f"http://{_local}:{PORT}"
ALLOWED_HOSTS = [PUBLIC_HOST] if PUBLIC_HOST else ["localhost", "127.0.0.1", "[::1]", _local]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0, least=0, most=5)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES and IS_SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATABASES = {"default": env_database("DATABASE_URL", VAR_DIR / "bonestep.sqlite3")}
DEMO = env_bool("DEMO", not PUBLIC_URL and not env_str("DATABASE_URL"))
CLOCK_OFFSET_FILE = VAR_DIR / "clock_offset" if DEMO and not IS_SECURE else None

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "reminders",
    "recovery",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
]
MIDDLEWARE = [
    "config.middleware.ServiceMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.CookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "accounts.templatetags.ui",
            ],
        },
    }
]

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_validators = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_validators}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": f"{_validators}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_validators}.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_MAIL_AGAIN_SECONDS = (2, 20, 60)  # after a refusal; a code is good for 10 minutes
INVITATION_DAYS = 14
DEVICE_NOTED_EVERY = 3600  # seconds between two notes that a device was used
PRIVACY_VERSION = "2026-11"

# Language, time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]  # each by its own name
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_TIME_ZONE = env_zone("TIME_ZONE", "UTC")
DEFAULT_EMERGENCY_NUMBER = env_str("EMERGENCY_NUMBER", "112")
DEFAULT_CLINIC_PHONE = env_str("CLINIC_PHONE")
DEFAULT_CRISIS_LINE = env_str("CRISIS_LINE")

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_DIR = Path(env_str("MEDIA_DIR", str(VAR_DIR / "media")))
HASHED_STATIC = env_bool("HASHED_STATIC", False)
_static = "whitenoise.storage.CompressedManifest" if HASHED_STATIC else "django.contrib.staticfiles.storage."
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_DIR}},
    "staticfiles": {"BACKEND": f"{_static}StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["config.uploads.BoundedUploadHandler"]

# Mail
MAIL_SERVER = env_mail("EMAIL_URL")
MAIL_DIR = VAR_DIR / "mail"
EMAIL_FROM = env_mailbox("EMAIL_FROM", f'"{quote(PRODUCT_NAME)}" <noreply@{PUBLIC_HOST or "localhost"}>')
EMAIL_BOUNCES = env_mailbox("EMAIL_BOUNCES")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM
EMAIL_TIMEOUT = 15
MAIL_CONNECTIONS = env_int("MAIL_CONNECTIONS", 12, least=1, most=50)
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.security == "starttls", MAIL_SERVER.security == "tls"
_backend = "accounts.services.smtp" if MAIL_SERVER.host else "django.core.mail.backends.filebased"
EMAIL_BACKEND = f"{_backend}.EmailBackend"
EMAIL_FILE_PATH = MAIL_DIR
# anymail reads what a provider reports. Mails do not go through it.
MAIL_PROVIDER = env_provider("MAIL_PROVIDER")
_secret = env_webhook_secret("MAIL_WEBHOOK_SECRET", provider=MAIL_PROVIDER)
_known_by = "MAILGUN_WEBHOOK_SIGNING_KEY" if MAIL_PROVIDER == "mailgun" else "WEBHOOK_SECRET"
ANYMAIL = {_known_by: _secret} if MAIL_PROVIDER else {}

# Tasks
REDIS_URL = env_redis("REDIS_URL")
BROKER_URL = REDIS_URL or env_str("EMBEDDED_BROKER_URL", "filesystem://localhost")
BROKER_DIR = VAR_DIR / "broker"

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "accounts.api.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api.permissions.ScopePermission",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "config.api.Pages",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "1200/min", "tokens": "10/min"},
    "EXCEPTION_HANDLER": "config.api.handle_exception",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{PRODUCT_NAME} API",
    "DESCRIPTION": "The same acts as the pages, by the same services.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["drf_standardized_errors.openapi_hooks.postprocess_schema_enums"],
    "ENUM_NAME_OVERRIDES": {
        "VisitKindEnum": "recovery.models.Visit.Kind",
        "VisitStateEnum": "recovery.models.Visit.State",
        "MedicineKindEnum": "recovery.models.Medicine.Kind",
        "ReminderKindEnum": "reminders.models.Kind",
        "ReminderStateEnum": "reminders.models.Reminder.State",
        "PlanStateEnum": "recovery.models.PlanVersion.State",
        "ValidationErrorEnum": "drf_standardized_errors.openapi_serializers.ValidationErrorEnum.choices",
        "ClientErrorEnum": "drf_standardized_errors.openapi_serializers.ClientErrorEnum.choices",
        "ServerErrorEnum": "drf_standardized_errors.openapi_serializers.ServerErrorEnum.choices",
    },
}

# Security
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_SECURE else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = ["account.W001"]

LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.db.backends": {"level": "INFO"}},
}
