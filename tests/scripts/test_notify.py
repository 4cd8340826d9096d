"""The commands of the alerts: notify, forget, backup, restore."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts.settings import Settings
from scripts import backup, changes, forget, notify, restore
from tests.conftest import Ledger, copy_ledger
from tests.mailing import NOW, Mailbox, environment, follow, parsed, served, settings, text_of
from tests.mailing import changes as a_document
from tests.mailing import entry as an_entry


@pytest.fixture
def to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Alerts that are set, with a clock that stands still."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(notify, "now", lambda: NOW)
    return settings(tmp_path)


def run(module: object, *arguments: str) -> Result:
    result = CliRunner().invoke(module.main, list(arguments))  # type: ignore[attr-defined] # every command has it
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def notes(to: Settings) -> list[str]:
    assert isinstance(to.mail, Path)
    return [text_of(parsed(path.read_bytes())) for path in to.mail.glob("*.eml")]


def test_the_clock_is_in_whole_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 12.9)
    assert notify.now() == 12


@pytest.fixture
def later(tmp_path: Path) -> Ledger:
    """The small ledger with a change and a correction that the one beside it lacks."""
    root = tmp_path / "later"
    root.mkdir()
    ledger = copy_ledger(root)
    ledger.set("events", "parrot-free-human-review-2025-01-05", "value", "limited")
    ledger.set("tiers", "parrot-free", "human_review", "limited")
    return ledger


def test_tells_what_differs_between_two_states(ledger: Ledger, later: Ledger, to: Settings) -> None:
    follow(to, "a@example.com", "parrot")
    follow(to, "b@example.com", "raven")
    result = run(notify, str(ledger.root), str(later.root))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "0.1.0+2026-01-15: 1 mail to send\nsent 1, postponed 0, refused 0\n"
    (text,) = notes(to)
    assert "error of ours" in text
    assert "Right is: " in text
    again = run(notify, str(ledger.root), str(later.root))
    assert again.stdout == "0.1.0+2026-01-15: prepared before; nobody is told twice\nsent 0, postponed 0, refused 0\n"
    assert len(notes(to)) == 1


def test_what_the_command_changes_says_can_be_given_as_a_file(
    ledger: Ledger, later: Ledger, to: Settings, tmp_path: Path
) -> None:
    follow(to, "a@example.com", "_all")
    said = run(changes, str(ledger.root), str(later.root), "--format", "json").stdout
    (tmp_path / "changes.json").write_text(said, encoding="utf-8")
    assert "1 mail to send" in run(notify, "--changes", str(tmp_path / "changes.json")).stdout
    assert len(notes(to)) == 1


def test_without_arguments_what_waits_is_sent(to: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(to, "a@example.com", "parrot")
    (tmp_path / "changes.json").write_text(json.dumps(a_document(an_entry())), encoding="utf-8")
    with served(Mailbox(data=lambda _: "451 later"), None) as mailbox:
        monkeypatch.setenv("ALERTS_MAIL", f"smtp://127.0.0.1:{mailbox.port}?tls=none")
        first = run(notify, "--changes", str(tmp_path / "changes.json"))
        assert first.exit_code == 1
        assert "1 mail waiting for another try, not before 2027-01-15 08:05 UTC" in first.stdout
        mailbox.data = lambda _: None
        assert run(notify).exit_code == 1
        monkeypatch.setattr(notify, "now", lambda: NOW + 300)
        assert run(notify).stdout == "sent 1, postponed 0, refused 0\n"
        assert len(mailbox.taken) == 1


def test_a_server_that_cannot_be_used_is_an_error_and_loses_nothing(
    to: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(to, "a@example.com", "parrot")
    (tmp_path / "changes.json").write_text(json.dumps(a_document(an_entry())), encoding="utf-8")
    monkeypatch.setenv("ALERTS_MAIL", "smtp://127.0.0.1:9?tls=none")
    result = run(notify, "--changes", str(tmp_path / "changes.json"))
    assert result.exit_code == 2
    assert "error: 127.0.0.1:9 cannot be reached" in result.stderr
    assert "Run it again; 1 mail waiting." in result.stderr
    monkeypatch.delenv("ALERTS_MAIL")
    assert run(notify).stdout == "sent 1, postponed 0, refused 0\n"


@pytest.mark.parametrize("arguments", [("one",), ("old", "new", "--changes", "c.json"), ("old", "--changes", "c.json")])
def test_says_what_to_name(to: Settings, arguments: tuple[str, ...]) -> None:
    result = run(notify, *arguments)
    assert result.exit_code == 2
    assert "name OLD and NEW, or --changes FILE" in result.stderr
    assert not to.database.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read as JSON"),
        ("{", "cannot be read as JSON"),
        ("[]", "is no changes.json: $"),
        (json.dumps(a_document(an_entry(product_id=7))), "is no changes.json: $.changes[0].product_id"),
    ],
)
def test_what_is_no_changes_json_is_refused(to: Settings, tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "changes.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    result = run(notify, "--changes", str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert not to.database.exists()


def off(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("ALERTS_DATABASE")
    return "the alerts are off: ALERTS_DATABASE is not set"


def without_site(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("ALERTS_SITE")
    return "ALERTS_DATABASE is set and ALERTS_SITE is not"


def without_folder(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ALERTS_DATABASE", "no/such/folder/alerts.sqlite")
    return "cannot open the database of the alerts"


@pytest.mark.parametrize(
    ("module", "arguments"),
    [(notify, ()), (forget, ("a@example.com",)), (backup, ("copy.sqlite",))],
)
@pytest.mark.parametrize("spoil", [off, without_site, without_folder])
def test_every_command_says_what_is_not_set(
    to: Settings,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    arguments: tuple[str, ...],
    spoil: Callable[[pytest.MonkeyPatch], str],
) -> None:
    said = spoil(monkeypatch)
    result = run(module, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {said}")
    assert not to.database.exists()


def test_an_address_is_forgotten_wholly(to: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    follow(to, "anna@example.com", "parrot")
    (tmp_path / "changes.json").write_text(json.dumps(a_document(an_entry())), encoding="utf-8")
    run(notify, "--changes", str(tmp_path / "changes.json"))
    assert len(notes(to)) == 1
    assert run(forget, "Anna@Example.com").stdout == "forgotten\n"
    assert notes(to) == []
    assert [path.name for path in tmp_path.rglob("*") if path.is_file() and b"anna" in path.read_bytes()] == []
    assert run(forget, "anna@example.com").stdout == "nothing was known of this address\n"
    monkeypatch.setenv("ALERTS_MAIL", "smtps://mail.example.org")
    assert run(forget, "anna@example.com").exit_code == 0
    wrong = run(forget, "anna")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "'anna' is not an address" in wrong.stderr


def test_a_backup_is_restored_and_goes_on(to: Settings, tmp_path: Path) -> None:
    follow(to, "a@example.com", "parrot")
    (tmp_path / "changes.json").write_text(json.dumps(a_document(an_entry())), encoding="utf-8")
    copy = tmp_path / "copy.sqlite"
    assert run(backup, str(copy)).stdout == f"wrote {copy}\n"
    refused = run(restore, str(copy))
    assert refused.exit_code == 2
    assert "is there already. Stop the site, move it away" in refused.stderr
    to.database.unlink()
    assert run(restore, str(copy)).stdout == f"restored {to.database} from {copy}; mails waiting in it: 0\n"
    assert "sent 1" in run(notify, "--changes", str(tmp_path / "changes.json")).stdout
