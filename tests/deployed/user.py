"""An end user of the SaaS, from the first click to the proof that everything is gone."""
import itertools
import uuid
from urllib.parse import parse_qs, urlsplit

from web import call
from waiting import until

RETURN_TO = "https://app.example/bank/return"
BANK = "fakebank_simple_xf"
# One that opens and closes while somebody links another.
OTHER_BANK = "fakebank_oauth_xf"
NUMBERS = itertools.count(1)


class User:
    """One who has never been here before. Every step says what it sees, and refuses what it does not expect."""

    def __init__(self, world):
        self.world = world
        self.sub = f"user-{next(NUMBERS)}"
        self.email = f"{self.sub}@example.com"
        self.step = "nothing yet"
        self.connection = self.session = self.cursor = None

    def calls(self, method: str, path: str, body=None, want=200):
        headers = {"authorization": f"Bearer {self.world.issuer.token(self.sub)}"}
        if method == "POST":
            headers["idempotency-key"] = str(uuid.uuid4())
        answer = call(method, self.world.api + path, body, headers)
        assert answer.status == want, f"{method} {path}: {answer}"
        return answer.json

    def journey(self):
        """All of it. What fails names the step it failed at."""
        for step in (self.finds_bank, self.starts, self.goes_through_pages, self.confirms, self.is_linked, self.reads,
                     self.sees_other_bank, self.asks, self.follows_feed, self.revokes, self.deletes_in_dashboard, self.is_gone):
            self.step = step.__name__.replace("_", " ")
            step()

    def until(self, what: str, condition):
        return until(what, condition, seconds=self.world.patience)

    def finds_bank(self):
        """The schedule has noticed that the catalogue is missing or old, and `sync` has copied it."""
        self.world.tick()
        self.until("the catalogue is copied", self._bank)

    def _bank(self):
        token = self.world.issuer.token(self.sub)
        answer = call("GET", f"{self.world.api}/v1/institutions?country=XF&q=simple", headers={"authorization": f"Bearer {token}"})
        # 503, retry later: the banks are being fetched.
        return answer.status == 200 and [bank for bank in answer.json["institutions"] if bank["id"] == BANK]

    def _other_bank_is_listed(self) -> bool:
        found = self.calls("GET", "/v1/institutions?country=XF&q=oauth")["institutions"]
        return OTHER_BANK in [bank["id"] for bank in found]

    def starts(self):
        wish = {"intent": "link", "institution_id": BANK, "email": self.email, "return_to": RETURN_TO}
        session = self.calls("POST", "/v1/link-sessions", wish, want=201)
        self.session, self.connect_url = session["id"], session["connect_url"]
        # Meanwhile another bank closes, or opens again: Salt Edge calls back, and `sync` reads that one bank.
        self.listed = self._other_bank_is_listed()
        self.world.salt_edge.told("POST", f"providers/{OTHER_BANK}", {"status": "disabled" if self.listed else "active"})

    def goes_through_pages(self):
        """Our redirect, Salt Edge's pages, Salt Edge's way back to us, ours to the SaaS with a code."""
        opened = call("GET", self.connect_url)
        assert opened.status in (302, 303), opened
        back = call("GET", self.world.salt_edge.walk(opened.headers["location"]))
        assert back.status in (302, 303), back
        home = urlsplit(back.headers["location"])
        assert home.geturl().startswith(RETURN_TO), back
        self.code = parse_qs(home.query)["code"][0]

    def confirms(self):
        self.calls("POST", f"/v1/link-sessions/{self.session}/confirm", {"code": self.code})

    def is_linked(self):
        session = self.until("the link is finished", lambda: (
            now := self.calls("GET", f"/v1/link-sessions/{self.session}"))["stage"] in ("finished", "failed") and now)
        assert session["stage"] == "finished", session
        self.connection = session["connection_id"]

    def reads(self):
        listed = self.calls("GET", "/v1/connections")["connections"]
        assert [one["id"] for one in listed] == [self.connection], listed
        connection = self.calls("GET", f"/v1/connections/{self.connection}")
        assert connection["status"] == "active" and connection["history"] == "complete", connection
        self.account = connection["accounts"][0]["id"]
        assert self.calls("GET", f"/v1/accounts/{self.account}")["balance"]["currency"] == "EUR"
        page = self.calls("GET", f"/v1/accounts/{self.account}/transactions?limit=2")
        assert len(page["transactions"]) == 2 and page["has_more"], page
        feed = self.calls("GET", f"/v1/connections/{self.connection}/transactions/sync?limit=500")
        assert len(feed["added"]) >= 30 and not feed["has_more"], feed
        self.cursor = feed["next_cursor"]

    def sees_other_bank(self):
        self.until("the other bank opens or closes", lambda: self._other_bank_is_listed() != self.listed)

    def asks(self):
        """The bank books a row; the user wants to see it."""
        self.coffee = f"COFFEE FOR {self.sub}".upper()
        row = {"amount": "-12.5", "description": self.coffee}
        self.world.salt_edge.told("POST", "bank/rows", {"provider": BANK, "account": "account-1", "row": row})
        self.calls("POST", f"/v1/connections/{self.connection}/refresh", want=202)

    def follows_feed(self):
        """`sync` asked, Salt Edge called back, `webhook` took it, `sync` read."""
        path = f"/v1/connections/{self.connection}/transactions/sync?cursor={self.cursor}"
        added = self.until("the new row is in the feed", lambda: self.calls("GET", path)["added"])
        assert [(row["amount"], row["description"]) for row in added][-1] == ("-12.50", self.coffee), added

    def revokes(self):
        """Proof 1: Salt Edge says, asked again, that the consent is revoked. In partner mode the owner keeps the rest."""
        self.calls("DELETE", f"/v1/connections/{self.connection}", want=202)
        self._comes_to("left_with_owner" if self.world.mode == "partner" else "revoked")
        assert self.calls("GET", f"/v1/connections/{self.connection}")["consent"]["status"] == "revoked"

    def deletes_in_dashboard(self):
        if self.world.mode == "partner":
            self.world.salt_edge.deleted_by_owner(self.email)

    def is_gone(self):
        """Proof 2: not found, while the same keys still read the user."""
        self._comes_to("revoked")
        connection = self.calls("GET", f"/v1/connections/{self.connection}")
        assert connection["phase"] == "removed_proven", connection
        export = self.calls("GET", f"/v1/consents/{connection['consent']['id']}/export")
        assert export["head"]["said"]["count"] == len(export["receipts"]) > 2, export

    def _comes_to(self, status: str):
        """By a message; where two of them met, or a callback only hurried it, the schedule goes on."""
        def there():
            if self.calls("GET", f"/v1/connections/{self.connection}")["status"] == status:
                return True
            self.world.tick()
            return False
        self.until(f"the connection is {status}", there)
