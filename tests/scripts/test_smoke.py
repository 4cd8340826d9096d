"""`smoke` serves the site for real and notices a page that does not answer, or answers something else."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts import smoke
from scripts.dataset import CannotRunError
from tests.conftest import Ledger


def run(root: Path) -> Result:
    result = CliRunner().invoke(smoke.main, ["--root", str(root)])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def test_every_product_of_a_ledger_answers(ledger: Ledger) -> None:
    result = run(ledger.root)
    assert (result.exit_code, result.stdout) == (0, "2 of 2 pages answer\n")


def test_a_page_that_is_missing_or_says_something_else_is_named(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smoke.served(ledger.root) as address:
        assert smoke.fault(f"{address}products/parrot", "Does Parrot train on your data?") == ""
        assert smoke.fault(f"{address}products/owl", "").startswith(f"{address}products/owl: 404 Not Found")
        assert smoke.fault(f"{address.replace('127.0.0.1', '[')}", "").startswith("http://[:")
        assert smoke.fault(address, "no such text") == f'{address}: does not say "no such text"'
        ledger.add("products", product_id="owl", vendor_id="acme", name="Owl")
        monkeypatch.setattr(smoke, "served", lambda _: nullcontext(address))
        result = run(ledger.root)
    assert (result.exit_code, result.stdout) == (1, "2 of 3 pages answer\n")
    assert result.stderr.startswith(f"{address}products/owl: 404 Not Found")


def test_a_server_that_cannot_start_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="the server ended before it served anything"), smoke.served(tmp_path):
        pass
