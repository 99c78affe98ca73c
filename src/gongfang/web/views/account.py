"""Registration of the first administrator, log-in, password, log-ins, tokens."""

import uuid
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.signals import user_login_failed
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongfang.kernel.errors import DomainError
from gongfang.platform.approvals.delegation import absent_for
from gongfang.platform.identity import services
from gongfang.platform.identity import two_factor as services_two
from gongfang.platform.identity.models import ApiToken, TwoFactor, User
from gongfang.platform.identity.services import all_permissions
from gongfang.platform.identity.two_factor import has_two_factor, passes
from gongfang.platform.permissions import grouped
from gongfang.ui.prints import qr_svg
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import placed

BACKEND = "django.contrib.auth.backends.ModelBackend"
WAITING = "second_factor"  # session key: whose password was right, and when
WAIT_SECONDS = 300


def safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else "/"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponseBase:
    """User name and password; throttled by user name and address."""
    if request.user.is_authenticated:
        return redirect(safe_next(request))
    context: dict[str, Any] = {"next": safe_next(request), "username": ""}
    status = 200
    if request.method == "POST":
        username = request.POST.get("username", "").strip()
        context["username"] = username
        credentials = {"username": username}
        if AxesProxyHandler.is_allowed(request, credentials):
            user = authenticate(request, username=username, password=request.POST.get("password", ""))
            if user is not None and has_two_factor(user):
                request.session[WAITING] = {
                    "user": user.pk,
                    "since": timezone.now().timestamp(),
                    "next": safe_next(request),
                }
                return redirect("/login/code")
            if user is not None:
                return _entered(request, user)
        if AxesProxyHandler.is_allowed(request, credentials):
            context["error"], status = _("User name or password is not right."), 422
        else:
            context["error"], status = _("Too many attempts. Wait 15 minutes, or ask an administrator."), 429
    if not User.objects.exists():
        return redirect("/register")
    return render(request, "web/login.html", context, status=status)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """The code of the app, after the password was right. A wrong one counts as a failed log-in of the throttle."""
    waiting = request.session.get(WAITING, {})
    if timezone.now().timestamp() - waiting.get("since", 0) > WAIT_SECONDS:
        return redirect("/login")
    user = User.objects.get(pk=waiting["user"])
    credentials = {"username": user.username}
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        allowed = AxesProxyHandler.is_allowed(request, credentials)
        if allowed and user.is_active and passes(user, request.POST.get("code", "")[:40]):
            del request.session[WAITING]
            user.backend = BACKEND
            return _entered(request, user, waiting["next"])
        if allowed:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        context["error"], status = _("The code is not right."), 422
        if not AxesProxyHandler.is_allowed(request, credentials):
            context["error"], status = _("Too many attempts. Wait 15 minutes, or ask an administrator."), 429
    return render(request, "web/login_code.html", context, status=status)


@sensitive_post_parameters("password", "code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def two_factor(request: HttpRequest) -> HttpResponse:
    """Set one's second factor up, or switch it off."""
    context: dict[str, Any] = {"errors": {}}
    actor, status = request.user, 200
    try:
        if request.method == "POST" and request.POST.get("act") == "stop":
            services_two.stop_two_factor(
                actor=actor, request_id=request_id_of(request), password=request.POST.get("password", "")
            )
        elif request.method == "POST" and request.POST.get("act") == "confirm":
            row = services_two.confirm_two_factor(
                actor=actor, request_id=request_id_of(request), code=request.POST.get("code", "")
            )
            context["codes"] = row.fresh_codes
        elif request.method == "POST":
            services_two.begin_two_factor(actor=actor, request_id=request_id_of(request))
    except DomainError as error:
        where, status = placed(error.problems, ["password", "code"], {}), 422
        context |= {"errors": where.fields, "general": where.general}
    row = TwoFactor.objects.filter(user=actor.pk).first()
    if row is not None and row.confirmed_at is None:
        address = services_two.address_for_app(actor, row.secret)
        context |= {
            "qr": mark_safe(qr_svg(address)),
            "secret": " ".join(row.secret[at : at + 4] for at in range(0, len(row.secret), 4)),
        }
    context |= {"row": row, "left": len(row.recovery) if row else 0, "request_id": uuid.uuid4()}
    return render(request, "web/two_factor.html", context, status=status)


def _entered(request: HttpRequest, user: Any, wanted: str = "") -> HttpResponseBase:
    login(request, user)
    request.session["opened_at"] = timezone.now().isoformat(timespec="seconds")
    request.session["browser"] = request.headers.get("User-Agent", "")[:200]
    request.session["address"] = request.META.get("REMOTE_ADDR", "")
    response = redirect(wanted or safe_next(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, user.language or settings.LANGUAGE_CODE, max_age=365 * 86400, samesite="Lax"
    )
    return response


@require_POST
def log_out(request: HttpRequest) -> HttpResponseBase:
    logout(request)
    return redirect("/login")


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponseBase:
    """The first person of a new system becomes its administrator; later ones are added by them."""
    if User.objects.exists():
        return redirect("/" if request.user.is_authenticated else "/login")
    context: dict[str, Any] = {"errors": {}, "values": request.POST, "request_id": uuid.uuid4()}
    if request.method != "POST":
        return render(request, "web/register.html", context)
    if request.POST.get("password") != request.POST.get("again"):
        context["errors"] = {"again": _("The two passwords differ.")}
        return render(request, "web/register.html", context, status=422)
    try:
        user = services.register_first_admin(
            actor=None, request_id=request_id_of(request), username=request.POST.get("username", ""),
            name=request.POST.get("name", ""), password=request.POST.get("password", ""),
        )  # fmt: skip
    except DomainError as error:
        where = placed(error.problems, ["username", "name", "password"], {})
        context |= {"errors": where.fields, "general": where.general}
        return render(request, "web/register.html", context, status=422)
    user.backend = BACKEND
    return _entered(request, user)


for _open in (log_in, second_factor, register):
    _open.login_required = False  # type: ignore[attr-defined]


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Who one is here: roles and permissions in words, by area."""
    user = request.user
    names = all_permissions() if "*" in user.grants() else user.grants()
    lenders = ", ".join(str(absent.user) for absent in absent_for(user))
    roles = [_(role.name) for role in user.roles.order_by("id")]
    return render(request, "web/me.html", {"roles": roles, "groups": grouped(names), "lent": lenders})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponseBase:
    """Change one's own password; other log-ins end."""
    context: dict[str, Any] = {"errors": {}, "request_id": uuid.uuid4()}
    if request.method != "POST":
        return render(request, "web/password.html", context)
    if request.POST.get("new") != request.POST.get("again"):
        context["errors"] = {"again": _("The two passwords differ.")}
        return render(request, "web/password.html", context, status=422)
    try:
        user = services.change_own_password(
            actor=request.user,
            request_id=request_id_of(request),
            old=request.POST.get("old", ""),
            new=request.POST.get("new", ""),
        )
    except DomainError as error:
        where = placed(error.problems, ["old", "new", "password"], {})
        context |= {
            "errors": {**where.fields, "new": where.fields.get("new") or where.fields.get("password", "")},
            "general": where.general,
        }
        return render(request, "web/password.html", context, status=422)
    update_session_auth_hash(request, user)
    messages.success(request, _("The password is changed."))
    return redirect("/")


def own_sessions(request: HttpRequest) -> list[dict[str, Any]]:
    """One's open log-ins. Sessions do not know their person, so all living ones are read."""
    found = []
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = session.get_decoded()
        if str(data.get("_auth_user_id")) == str(request.user.pk):
            found.append(
                {
                    "key": session.session_key, "here": session.session_key == request.session.session_key, "opened": data.get("opened_at", ""),
                    "browser": data.get("browser", ""), "address": data.get("address", ""), "until": session.expire_date,
                }
            )  # fmt: skip
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponseBase:
    """One's open log-ins, each of which can be ended."""
    if request.method == "POST":
        mine = {entry["key"] for entry in own_sessions(request)}
        wanted = request.POST.get("end", "")
        ended = [key for key in mine if key == wanted or (wanted == "others" and key != request.session.session_key)]
        Session.objects.filter(session_key__in=ended).delete()
        return redirect("/me/sessions")
    return render(request, "web/sessions.html", {"sessions": own_sessions(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Keys with which programs act as oneself; a key is shown once."""
    context: dict[str, Any] = {}
    if request.method == "POST" and request.POST.get("revoke", "").isdigit():
        services.revoke_token(actor=request.user, token_id=int(request.POST["revoke"]))
    elif request.method == "POST":
        name = request.POST.get("name", "").strip()[:60]
        if name:
            _token, key = services.create_token(
                actor=request.user, name=name, read_only=request.POST.get("read_only") == "1"
            )
            context["key"] = key
        else:
            context["error"] = _("Give the token a name.")
    context["tokens"] = ApiToken.objects.filter(user=request.user).order_by("-pk")
    return render(request, "web/tokens.html", context, status=422 if context.get("error") else 200)
