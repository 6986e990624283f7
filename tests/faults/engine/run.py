"""A whole run: begin, work under troubles, calm down, ask again, remit, verify, judge."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from plugins.payment_gateway.nightly import ask_again_about_refused
from plugins.payment_gateway.resolution import MOST, open_operations, resolve_open
from plugins.payment_gateway.waiting import send_due

from .clients import Client, Hand
from .director import Director
from .history import History, Told
from .installation import Installation
from .judge import Verdict, judge
from .options import Options
from .post_office import Row, judge_mails
from .reading import read
from .shelf import Shelf
from .statements import BY_TRANSFER, judge_statements, printed
from .troubles import Site, hours

INVARIANTS = ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I10", "I11", "I13")
LONGEST_UNCERTAIN = 120.0  # seconds
MAILS_LEAVE_WITHIN = 60.0  # seconds
ASKED_AGAIN = 0.75  # of the calls whose outcome is unknown; the others are judged as they are


@dataclass(slots=True)
class Report:
    """What a run did and what came of it."""

    options: Options
    seconds: float = 0.0
    operations: int = 0
    faults: int = 0
    kills: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    broken: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """Everything that must not be."""
        return [*self.broken, *self.verdict.wrong]

    def __str__(self) -> str:
        shown = "\n".join(f"  WRONG {each}" for each in self.wrong[:40])
        ended = "held" if not self.wrong else f"{len(self.wrong)} WRONG"
        head = (
            f"{self.operations} operations, {self.faults} faults, {self.kills} kill -9 in {self.seconds:.0f} s: {ended}"
        )
        return "\n".join([str(self.options), *self.lines, head, str(self.verdict), *filter(None, [shown])])


def run(options: Options, folder: Path, command: str, say: Callable[[str], None]) -> Report:
    """Do it all in this folder; what was started is stopped."""
    begun = time.monotonic()
    report = Report(options)
    house = Installation(folder, command, say)
    try:
        house.start()
        say(f"{time.monotonic() - begun:.0f} s: everything runs")
        _under_troubles(options, house, report, say)
    finally:
        house.stop()
    report.seconds = time.monotonic() - begun
    return report


def _under_troubles(options: Options, house: Installation, report: Report, say: Callable[[str], None]) -> None:
    site = Site(house, random.Random(f"{options.seed}/troubles"))
    hours.begin(site)
    first_day = hours.today(site).date()
    history, shelf = History(), Shelf()
    director = Director(options, site, history, say)
    hands = [
        Hand(number, options.seed, house.tokens[number % len(house.tokens)], house.webs, history, shelf,
             director.may, director.over)
        for number in range(options.clients)
    ]  # fmt: skip
    for thread in (director, *hands):
        thread.start()
    for thread in (director, *hands):
        thread.join()
    for each in (director, *hands):
        if each.trouble is not None:
            raise each.trouble
    _calm(site)
    report.operations, report.kills = len(history.calls), site.kills
    report.faults = sum(site.counts().values())
    if director.out_of_time:
        report.broken.append(f"not done within {options.seconds:.0f} s")
    say("calm; what is uncertain is resolved")
    _settle(site)
    told = history.counts()
    say("clients ask again what they were not told")
    _ask_again(site, history, house)
    _settle(site)
    say("a last evening")
    hours.evening(site, troubled=False)
    _resolved(site, report)
    say("verify")
    _verify(house, report)
    say("judged")
    _mails(house, report)
    books = read(house.webs[0], house.tokens[0])
    report.verdict = judge(history.calls, books, house.bank.journal())
    statements = printed(house.settings.data_dir, first_day, hours.today(site).date())
    on_the_account = [each for each in books.remittances if each["contract"] != BY_TRANSFER]
    report.verdict.sums += judge_statements(on_the_account, statements)
    report.lines.append(f"{sum(len(each.lines) for each in statements)} lines on the account")
    report.lines += [f"verbs {dict(history.verbs())}", f"told {dict(told)}, asked again {dict(history.counts())}"]
    report.lines += [f"  {times:4} {name}" for name, times in sorted(site.counts().items())]


def _calm(site: Site) -> None:
    """No trouble waits any more, and everything answers."""
    for file in site.armed:
        file.unlink(missing_ok=True)
    site.armed.clear()
    site.house.proxy.clear()
    site.house.post.waiting.clear()
    site.note_bank()
    site.house.bank.control(clear=True)
    site.house.healthy()
    with site.house.superuser("egestion") as connection:
        stopped = connection.execute("SELECT FROM gateway_account WHERE paused_at IS NOT NULL").fetchone()
    if stopped is not None:
        site.house.run("doctor")  # lifts an account that three unverified answers had stopped


def _settle(site: Site) -> None:
    """Nothing is left uncertain: what the bank may have got late is asked about too, as every night."""
    limit = time.monotonic() + LONGEST_UNCERTAIN
    with site.house.app.app_context():
        while time.monotonic() < limit:
            ask_again_about_refused(hours.today(site).date())
            resolve_open()
            send_due(MOST)
            left = open_operations()
            if not left.uncertain and not left.under_way:
                return
            time.sleep(0.5)


def _resolved(site: Site, report: Report) -> None:
    """What the operator's command says at the end."""
    resolved = site.house.run("resolve")
    if "0 still uncertain, 0 under way" not in resolved.stdout:
        report.broken.append(f"resolve: {(resolved.stdout + resolved.stderr).strip()[-300:]}")


def _ask_again(site: Site, history: History, house: Installation) -> None:
    """Clients that know nothing of a call ask once more under its key: now every answer is certain."""
    client = Client(house.tokens[0])
    for call in history.open():
        if call.reference is None or site.chance.random() < ASKED_AGAIN:
            client.send(house.webs[0], call, quiet=True)
            if call.told == Told.UNKNOWN and call.last is not None and call.last.status not in (202, 500, 503):
                raise AssertionError(f"an answer nobody expects: {call}")


def _mails(house: Installation, report: Report) -> None:
    """The leases of killed senders and the pauses after refusals go by real time: they are ended here, not waited for."""
    limit = time.monotonic() + MAILS_LEAVE_WITHIN
    with house.superuser("egestion") as connection:
        while connection.execute("UPDATE outbox SET next_try_at = now() WHERE state = 'DUE'").rowcount:
            if time.monotonic() > limit:
                break
            time.sleep(2)
        rows = connection.execute("SELECT message_id, state, tries FROM outbox").fetchall()
    found = judge_mails([Row(str(row[0]), str(row[1]), int(str(row[2]))) for row in rows], house.post.taken)
    report.broken += found.wrong
    report.lines.append(str(found))


def _verify(house: Installation, report: Report) -> None:
    found = house.run("verify", "--json")
    try:
        verdicts = json.loads(found.stdout)
    except ValueError:
        report.broken.append(f"verify: {(found.stdout + found.stderr)[-500:]}")
        return
    for each in verdicts:
        report.broken += [f"{each['invariant']}: {wrong}" for wrong in each["wrong"]]
    missing = set(INVARIANTS) - {each["invariant"] for each in verdicts}
    report.broken += [f"{name}: not checked" for name in sorted(missing)]
    report.lines.append("verify: " + ", ".join(f"{each['invariant']} {each['checked']}" for each in verdicts))
