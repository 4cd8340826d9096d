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


def test_asks_a_real_server_about_every_product_and_names_a_page_that_is_missing_or_says_something_else(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smoke.served(ledger.root) as address:
        monkeypatch.setattr(smoke, "served", lambda _: nullcontext(address))
        good = run(ledger.root)
        ledger.add("products", product_id="owl", vendor_id="acme", name="Owl")
        bad = run(ledger.root)
        assert smoke.fault(f"{address}products/parrot", "Does Parrot train on your data?") == ""
        assert smoke.fault(address, "no such text") == f'{address}: does not say "no such text"'
        assert smoke.fault("http://[/", "").startswith("http://[/: ")
    assert (good.exit_code, good.stdout, good.stderr) == (0, "2 of 2 pages answer\n", "")
    assert (bad.exit_code, bad.stdout) == (1, "2 of 3 pages answer\n")
    assert bad.stderr == f"{address}products/owl: 404 Not Found\n"


def test_a_server_that_cannot_start_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="the server ended before it served anything"), smoke.served(tmp_path):
        pass
