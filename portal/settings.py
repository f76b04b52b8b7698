"""All settings, in one file. The environment decides what differs between machines.

Every variable starts with ``PORTAL_``, except ``PORT`` and ``DATABASE_URL``. Nothing set means
safe: debugging is off and, without a key, the portal refuses to start.
"""

import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from js_asset import static_lazy

from publishing.editorial.extensions import EDITOR_EXTENSIONS

env = environ.Env()
# Names alone, for a backup to say what was set where it was made.
PORTAL_VARIABLES = sorted(
    name
    for name in env.ENVIRON
    if name.startswith("PORTAL_") or name in ("PORT", "DATABASE_URL", "DEMO")
)


def number(name, default):
    """A whole number from the environment; the sentence of a refusal names the variable."""
    try:
        return env.int(name, default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from error


BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.str("PORTAL_VAR", str(BASE_DIR / "var"))).resolve()


def secret_key():
    """The key from the environment or from the data folder, where the launcher keeps it."""
    key = env.str("PORTAL_SECRET_KEY", "")
    if not key and (VAR / "secret-key").is_file():
        key = (VAR / "secret-key").read_text().strip()
    if not key and sys.argv[1:2] == ["restore"]:
        # The backup brings the key; until then one that signs nothing.
        key = secrets.token_urlsafe(64)
    if not key:
        raise ImproperlyConfigured(
            "No secret key: set PORTAL_SECRET_KEY, or start once with `make run`, "
            "which makes one and keeps it in the data folder."
        )
    return key


def database():
    """The database that ``DATABASE_URL`` names, or SQLite in the data folder."""
    url = env.str("DATABASE_URL", "")
    if not url:
        return sqlite(str(VAR / "portal.sqlite3"))
    if not url.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:port/name "
            "or sqlite:////folder/file."
        )
    config = env.db_url_config(url)
    if config["ENGINE"].endswith("sqlite3"):
        return sqlite(config["NAME"])
    return config | {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5} | config.get("OPTIONS", {}),
    }


def sqlite(name):
    """SQLite with a write-ahead log: readers never wait for a writer, writers queue."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            # Short: a thread that waits inside SQLite can hold up its whole process.
            "timeout": 5,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000"
            ),
        },
    }


def origin(address):
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def time_zone():
    name = env.str("PORTAL_TIME_ZONE", "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImproperlyConfigured(f"PORTAL_TIME_ZONE is not a known time zone: {name}") from error
    return name


DEBUG = env.bool("PORTAL_DEBUG", False)
SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = env.list("PORTAL_OLD_SECRET_KEYS", default=[])

# The address under which the world knows the portal: canonical links, feeds, calendar
# identifiers, mail. Its scheme decides whether cookies and redirects insist on HTTPS.
PORTAL_BASE_URL = env.str("PORTAL_BASE_URL", f"http://127.0.0.1:{number('PORT', 8000)}").rstrip("/")
_address = urlsplit(PORTAL_BASE_URL)
if _address.scheme not in ("http", "https") or not _address.hostname:
    raise ImproperlyConfigured("PORTAL_BASE_URL must look like https://www.example.org.")
_https = _address.scheme == "https"

ALLOWED_HOSTS = [_address.hostname, *env.list("PORTAL_HOSTS", default=[])]
if not _https:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "modeltranslation",
    # Before the portal, which decides what of them the desk shows.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "publishing.cache",
    "publishing.media",
    "publishing.editorial",
    "publishing.pageviews",
    "publishing.search",
    "partners",
    "news",
    "portal",
    "portal.outbox",
    "portal.subscriptions",
    "portal.linkcheck",
    "django_prose_editor",
    "js_asset",
    "csp",
    "django_countries",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "publishing.pageviews.endpoint.ReadsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "publishing.cache.middleware.DatabaseAway",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.SecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
        },
    },
]

DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Languages. LANGUAGES is fixed until 1.0: a third one is a migration.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
# A reader is never shown the other language as if it were their own.
MODELTRANSLATION_ENABLE_FALLBACKS = False

# Every calendar day of the portal is a day in this zone; instants are stored in UTC.
TIME_ZONE = time_zone()
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
# Documents that only a view hands out, after asking who may see them.
PRIVATE_ROOT = VAR / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Accounts of staff. Made by an administrator; a sign-in may ask for a second factor.
PORTAL_REQUIRE_SECOND_FACTOR = env.str("PORTAL_REQUIRE_SECOND_FACTOR", "")
if PORTAL_REQUIRE_SECOND_FACTOR not in ("", "publishers", "all"):
    raise ImproperlyConfigured("PORTAL_REQUIRE_SECOND_FACTOR must be publishers, all or empty.")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "portal.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _address.scheme
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
# Attempts within a period, by address and by name.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/15m/ip,5/5m/key"}
MFA_ADAPTER = "portal.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
SOCIALACCOUNT_ADAPTER = "portal.accounts.adapters.SocialAdapter"
# Whom the identity provider knows by the address that an administrator entered here.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
_identity_provider = env.str("PORTAL_OIDC_SERVER", "")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "office",
                "name": env.str("PORTAL_OIDC_NAME", "OpenID Connect"),
                "client_id": env.str("PORTAL_OIDC_CLIENT_ID", ""),
                "secret": env.str("PORTAL_OIDC_SECRET", ""),
                "settings": {"server_url": _identity_provider},
            }
        ]
        if _identity_provider
        else [],
    }
}
# Mail. Everything is written down first; what the server did not take is tried again.
EMAIL_BACKEND = "portal.outbox.backends.OutboxBackend"
try:
    _mail = env.email_url("PORTAL_EMAIL_URL", default="consolemail://")
except (ImproperlyConfigured, KeyError, ValueError) as error:
    raise ImproperlyConfigured(
        "PORTAL_EMAIL_URL must look like smtp+tls://user:password@host:587."
    ) from error
PORTAL_MAIL_BACKEND = _mail.pop("EMAIL_BACKEND")
globals().update({name: value for name, value in _mail.items() if name != "OPTIONS"})
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("PORTAL_EMAIL_FROM", f"portal@{_address.hostname}")
# Off: only the command send_mail sends.
PORTAL_MAIL_AT_ONCE = env.bool("PORTAL_MAIL_AT_ONCE", True)
# Where all processes count attempts; the table is made by a migration.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"

# What the text editor has beyond the package: pictures and videos of the library, links within
# the site, and a paste that keeps structure only.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {"js": [static_lazy("editorial/library.js")], "extensions": EDITOR_EXTENSIONS}
]

# Transport and content security. No inline script or style anywhere; the nonce appears in the
# header only where the admin asks for it (the import map of the text editor).
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("PORTAL_BEHIND_PROXY", False) else None
)
SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = number("PORTAL_HSTS_SECONDS", 31_536_000) if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("PORTAL_HSTS_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.bool("PORTAL_HSTS_PRELOAD", True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# For old browsers; the others follow frame-ancestors below.
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Pages that may show a film add the hosts of the players (publishing.editorial.views).
        "frame-src": [SELF],
        # Signing in there leads through a form here.
        "form-action": [SELF, *([origin(_identity_provider)] if _identity_provider else [])],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    },
}

# Uploads: everything beyond a megabyte goes to disk; the media app refuses what is too large.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# Lines to read, or JSON for programs; then each request has its line too.
PORTAL_LOG_FORMAT = env.str("PORTAL_LOG_FORMAT", "line")
if PORTAL_LOG_FORMAT not in ("line", "json"):
    raise ImproperlyConfigured("PORTAL_LOG_FORMAT must be line or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "portal.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "portal.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": PORTAL_LOG_FORMAT},
        "null": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": env.str("PORTAL_LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # A wrong Host header is answered with 400; it needs no line per probe.
        "django.security.DisallowedHost": {"handlers": ["null"], "propagate": False},
    },
}

# Days before its end in which an agreement counts as expiring, where no notice is agreed.
PORTAL_EXPIRING_DAYS = number("PORTAL_EXPIRING_DAYS", 183)
# Who is reminded of the deadlines of agreements that nobody looks after.
PORTAL_REMINDERS_GROUP = env.str("PORTAL_REMINDERS_GROUP", "Partner manager")
# Networks whose visits are not counted (the office itself), and proxies whose
# X-Forwarded-For is believed.
PORTAL_IGNORED_NETWORKS = env.list("PORTAL_IGNORED_NETWORKS", default=[])
PORTAL_TRUSTED_PROXIES = env.list("PORTAL_TRUSTED_PROXIES", default=[])
# Where views are written down before they are counted; empty: counted in the database at once.
_journal = env.str("PORTAL_PAGEVIEWS_JOURNAL", str(VAR / "pageviews"))
PORTAL_PAGEVIEWS_JOURNAL = Path(_journal) if _journal else None
# Write each view through to the disk: nothing is lost when the power fails, at 0.4 ms a view.
PORTAL_PAGEVIEWS_SYNC_EACH_VIEW = env.bool("PORTAL_PAGEVIEWS_SYNC_EACH_VIEW", False)
# Memory for ready pages in each process, and the proxy's internal location for media files.
PORTAL_CACHE_MB = number("PORTAL_CACHE_MB", 16)
PORTAL_ACCEL_PREFIX = env.str("PORTAL_ACCEL_PREFIX", "")
