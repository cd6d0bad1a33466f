"""Who publishes: the organisation, its one editor, and the editor's token."""

from laptop.api import Api
from laptop.failure import PortalError
from laptop.folder import ORGANISATION, ORGANISATION_TITLE, State

EDITOR = "publisher"
_TOKEN = "pipeline"  # noqa: S105 - the token's label


def may_publish(state: State) -> bool:
    """Whether the remembered token still lets its owner publish for the organisation."""
    token = state.secrets.get("token", "")
    found = Api(state.address, token).attempt("organization_list_for_user", permission="create_dataset")
    return bool(token) and not isinstance(found, int) and ORGANISATION in [each["name"] for each in found["result"]]


def appoint(state: State, printed: str) -> None:
    """The organisation has an editor who is no administrator, and the state holds a fresh token of theirs.

    Args:
        state: given the editor's token, and the password with which they may sign in.
        printed: what CKAN's command printed; its last word is an administrator's token, which works no more after.

    Raises:
        PortalError: CKAN refused, or it does not know the token that it has just given.
    """
    words = printed.split()
    if not words:
        raise PortalError("ckan", "gave no token to set it up with")
    administrator = Api(state.address, words[-1])
    try:
        _appoint(state, administrator)
    finally:
        administrator.attempt("api_token_revoke", token=administrator.token)
    if not may_publish(state):
        raise PortalError("ckan", f"does not let the editor of {ORGANISATION} publish")


def _appoint(state: State, administrator: Api) -> None:
    if not _exists(administrator, "organization_show", ORGANISATION):
        administrator.call("organization_create", name=ORGANISATION, title=ORGANISATION_TITLE)
    if not _exists(administrator, "user_show", EDITOR):
        mailbox = f"{EDITOR}@{ORGANISATION}.example"
        administrator.call("user_create", name=EDITOR, email=mailbox, password=state.secret("editor"))
    administrator.call("organization_member_create", id=ORGANISATION, username=EDITOR, role="editor")
    for old in administrator.call("api_token_list", user_id=EDITOR):
        administrator.call("api_token_revoke", jti=old["id"])
    state.secrets["token"] = administrator.call("api_token_create", user=EDITOR, name=_TOKEN)["token"]


def _exists(administrator: Api, action: str, name: str) -> bool:
    found = administrator.attempt(action, id=name)
    return not isinstance(found, int) and found["result"]["state"] == "active"
