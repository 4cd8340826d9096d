"""Hostile SQL and hostile addresses against the site as a process: bounded memory, and others are served meanwhile."""

import json
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from tests.web.server import ONE, OTHER, Answer, Memory, Site, serving

pytestmark = [
    pytest.mark.xdist_group("guard"),  # one server for all of them
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, and readers from 127.0.0.2"),
]

DATABASE = "/does-it-train"
EVENTS = f"{DATABASE}/events"
MEGABYTES = 100  # that a request may take
QUICK = 100  # milliseconds that a query may take here, so that the tests are quick
NUMBERS = "with recursive c(x) as (select 1 union all select x + 1 from c)"
LONG = (
    "with b(s, t, u) as (select printf('%.*c', 900000, 'a'), "
    "printf('%.*c', 400000, 'a') || 'b', printf('%.*c', 400000, 'b') || 'a')"
)

# What SQLite can be brought to do for long, or with much memory; the first two are those of stock Datasette.
COSTLY = {
    "a blob of 400 MB": "select length(hex(randomblob(400000000)))",
    "a call that cannot be interrupted": "select printf('%.*c', 900000000, 'x')",
    "such calls in a loop": f"{NUMBERS} select sum(length(printf('%.*c', 900000, 'x'))) from c",
    "rows without end": f"{NUMBERS} select x from c",
    "counting without end": f"{NUMBERS} select count(*) from c",
    "a runaway join": "select count(*) from events a, events b, events c, events d",
    "a text that doubles": "with recursive c(s) as (select 'a' union all select s || s from c) select max(length(s)) "
    "from c",
    "large rows": f"{NUMBERS} select x, printf('%.*c', 900000, 'x') from c",
    "a large aggregate": f"{NUMBERS} select group_concat(printf('%.*c', 100000, 'x')) from c",
    "a large sort": "select a.*, b.* from events a, events b order by a.summary || b.summary",
    "distinct on a join": "select distinct a.summary || b.summary || c.summary from events a, events b, events c",
    "instr": f"{LONG} select instr(s, t), instr(s || 1, t) from b",
    "trim": f"{LONG} select trim(s, u) from b",
    "like": f"{LONG} select s like '%a%a%a%a%a%a%a%a%a%a%a%a%a%b' from b",
    "replace": f"{LONG} select replace(s, 'a', s) from b",
    "full text": "select count(*) from events_fts where events_fts match "
    "(select group_concat(char(97 + n % 26) || '*', ' ') "
    "from (select row_number() over () as n from events a, events b limit 100000))",
    "json_patch": "select json_patch(a, a) from (select json_group_object('k' || n, n) as a "
    "from (select row_number() over () as n from events a, events b limit 50000))",
    "a large JSON text": "select json('[' || replace(printf('%.*c', 400000, '1'), '1', '1,') || '1]')",
    "many large columns": "select " + ", ".join(f"printf('%.*c', 990000, 'x') || {n} as c{n}" for n in range(90)),
    "many large arguments": "select max(" + ", ".join(f"printf('%.*c', 990000, 'x') || {n}" for n in range(45)) + ")",
    "large arguments in large arguments": "with b(s) as (select printf('%.*c', 990000, 'x')) select "
    + "".join(f"max({', '.join(f's || {n}' for n in range(40))}, " for _ in range(6))
    + f"1{')' * 6} from b",
    "many cells": "select " + ", ".join(f"{n} as c{n}" for n in range(99)) + " from events",
    "a long name": f"select 1 as '{'y' * 6000}' from events",
    "what grows as JSON": "select replace(printf('%.*c', 2400, 'a'), 'a', char(1)) from events limit 1000",
    "what grows in memory": "select replace(printf('%.*c', 600, 'a'), 'a', char(128512)) from events limit 1000",
    "a result of 20 MB": "select printf('%.*c', 20000, 'a') from events limit 1000",
    "a result of 20 MB that grows": "select replace(printf('%.*c', 20000, 'a'), 'a', char(1)) from events limit 1000",
    "blobs": "select cast(printf('%.*c', 2400, 'a') as blob) from events limit 1000",
    "windows": "select group_concat(summary) over (order by rowid) from events",
}
# Of these, what comes to an end with much to show.
WIDE = ("many cells", "a long name", "what grows as JSON", "what grows in memory", "blobs", "windows")
REFUSED = {
    "a file attached": "select 1 union attach database '/etc/passwd' as x",
    "the path of the database": "select * from pragma_database_list",
    "an extension": "select load_extension('x.so')",
    "reading a file": "select readfile('/etc/passwd')",
    "writing a file": "select writefile('x', 'y')",
    "blobs of nothing": "select zeroblob(10) = randomblob(10)",
    "how SQLite was built": "select sqlite_compileoption_get(1), sqlite_source_id()",
    "pointers into memory": "select fts5(1)",
    "too many columns": "select " + ", ".join("1" * 120),
    "too long a compound": " union all ".join(["select 1"] * 60),
    "too deep an expression": f"select {'(' * 200}1{')' * 200} + {' + '.join('1' * 200)}",
    "too long a pattern": f"select 'a' like '{'%a' * 150}'",
    "a second statement": "select 1; select 2",
    "a write": "with x as (select 1) delete from events",
    "a broken statement": "select (",
}
HOSTILE = [
    f"{EVENTS}?_size=max&_labels=on",
    f"{EVENTS}.csv?_stream=1&_labels=on&_size=max",
    f"{EVENTS}?_where={quote_plus('(select count(*) from events a, events b, events c) > 0')}",
    f"{EVENTS}.csv?_stream=1&_where={quote_plus('(select count(*) from events a, events b, events c) > 0')}",
    f"{EVENTS}.json?_search={quote_plus('a* ' * 1500)}&_searchmode=raw",
    f"{EVENTS}.json?_search={quote_plus(chr(34) * 2001)}",
    f"{EVENTS}?" + "&".join(f"_facet={it}&_facet_array={it}&_facet_date={it}" for it in ("kind", "summary", "field")),
    f"{EVENTS}?summary__glob={quote_plus('*'.join('a' * 90))}",
    f"{EVENTS}?_next={'x' * 5000}",
    f"{EVENTS}?_size=99999999999",
    f"{EVENTS}?_timelimit=999999",
    f"{EVENTS}?" + "&".join(["_where=1=1"] * 90),
    f"{DATABASE}.json?sql=select+:a&a={'x' * 7000}",
    f"/products/{'x' * 5000}",
    f"/?q={'a' * 7000}",
]


def instance_with(instance: Path, folder: Path, **settings: int) -> Path:
    """A copy of an instance with other settings."""
    copy = shutil.copytree(instance, folder / "instance")
    known = json.loads((copy / "settings.json").read_text())
    (copy / "settings.json").write_text(json.dumps(known | settings))
    return copy


@pytest.fixture(scope="module")
def quick(instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that cuts queries early, whose processes have all been started."""
    folder = instance_with(instance, tmp_path_factory.mktemp("guard"), sql_time_limit_ms=QUICK)
    with serving(folder) as site:
        for path in ("/", DATABASE, f"{EVENTS}?_size=max", sql("select * from events")):
            assert any(site.get(path).status == 200 for _ in range(20)), path  # on a busy machine some are cut
        yield site


@pytest.fixture(scope="module")
def usual(instance: Path) -> Iterator[Site]:
    """The site as it is served."""
    with serving(instance) as site:
        yield site


def sql(query: str, suffix: str = ".json") -> str:
    return f"{DATABASE}{suffix}?sql={quote_plus(query)}"


NEVER = sql(COSTLY["a call that cannot be interrupted"])


@pytest.mark.parametrize(("name", "suffix"), [*((name, ".json") for name in COSTLY), *((name, "") for name in WIDE)])
def test_costly_sql_is_cut(quick: Site, name: str, suffix: str) -> None:
    with Memory(quick) as memory:
        answer = quick.get(sql(COSTLY[name], suffix))
    assert answer.status in {200, 400, 503}
    assert memory.grown < MEGABYTES
    assert quick.get(sql("select 1 as one")).status == 200


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path[:40])
def test_costly_addresses_are_cut(quick: Site, path: str) -> None:
    with Memory(quick) as memory:
        answer = quick.get(path)
    assert answer.status in {200, 400, 404, 503}
    assert memory.grown < MEGABYTES


@pytest.mark.parametrize("name", REFUSED)
def test_sql_may_read_and_no_more(quick: Site, name: str) -> None:
    answer = quick.get(sql(REFUSED[name]))
    assert answer.status == 400
    assert json.loads(answer.body)["ok"] is False


def test_what_researchers_ask_is_answered(usual: Site) -> None:
    queries = (
        "select count(*), min(effective_on), group_concat(distinct kind) from events",
        "select date('2026-01-01', '+1 day'), strftime('%Y', '2026-01-01'), julianday('2026-01-01')",
        "select json_extract('{\"a\": [1]}', '$.a[0]'), value from json_each('[1, 2]')",
        "select rank() over (partition by field order by day), lag(value) over () from timeline limit 5",
        "select snippet(events_fts, -1, '[', ']', '…', 5) from events_fts where events_fts match 'train' order by rank",
        "with recursive c(x) as (select 1 union all select x + 1 from c where x < 1000) select sum(x), avg(x) from c",
        "select upper(trim(replace(name, 'a', 'b'))) || substr(name, 1, 2) from products where name like 'c%'",
        "select name, sql from sqlite_schema where type = 'view'",
        "explain query plan select * from events where product_id = 'claude'",
    )
    for query in queries:
        answer = usual.get(sql(query))
        assert answer.status == 200, (query, answer.body)
        assert json.loads(answer.body)["rows"], query


def test_an_overrun_is_said_in_every_format(quick: Site) -> None:
    for suffix in (".json", "", ".csv"):
        answer = quick.get(sql(COSTLY["a call that cannot be interrupted"], suffix))
        assert answer.status == 400, suffix
        assert b"too long" in answer.body


def test_others_are_served_while_one_asks_much(usual: Site) -> None:
    """What another reader asks during a query that overruns is answered before it."""
    answers: list[int] = []
    for _ in range(2):  # the second time all processes have been started
        running = threading.Thread(target=lambda: answers.append(usual.get(NEVER, ONE).status))
        running.start()
        statuses = [
            usual.get(path, OTHER).status
            for path in ("/products/claude", f"{DATABASE}/products.json", sql("select count(*) from events"))
        ]
        before = list(answers)
        running.join()
        assert statuses == [200, 200, 200]
    assert before == [400]
    assert answers == [400, 400]


def test_one_reader_gets_one_turn_after_another(usual: Site) -> None:
    answers: list[Answer] = []
    asked = [NEVER, *(sql(f"select {number}") for number in range(25))]
    running = [threading.Thread(target=lambda path=path: answers.append(usual.get(path))) for path in asked]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert {answer.status for answer in answers} <= {200, 400, 429}


def test_no_file_of_the_machine_is_readable(quick: Site) -> None:
    for path in (
        "/static/../metadata.json",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/settings.json",
        "/products/..%2f..%2fetc%2fpasswd",
        "/products/%2e%2e%2fsettings.json",
        "/release/..%2f..%2fsettings.json",
        "/release//etc/passwd",
        "/-/static/..%2f..%2fapp.py",
        "/plugins/guard.py",
        "/guard/limits.py",
    ):
        answer = quick.get(path)
        assert answer.status in {302, 404}, path
        assert b"root:" not in answer.body


def test_what_is_the_machines_own_business_is_closed(quick: Site, instance: Path) -> None:
    for name in (
        "versions",
        "plugins",
        "threads",
        "databases",
        "actor",
        "permissions",
        "messages",
        "patterns",
        "logout",
    ):
        assert [quick.get(f"/-/{name}{suffix}").status for suffix in ("", ".json")] == [404, 404], name
    assert quick.get("/%2d/versions.json").status == 404
    assert quick.get("/-/settings.json").status == 200
    assert quick.get("/_internal.json").status in {403, 404}
    for path in (
        DATABASE,
        f"{DATABASE}.json",
        EVENTS,
        "/-/metadata.json",
        sql("select nothing"),
        sql("select readfile(1)"),
    ):
        body = quick.get(path).body
        assert str(instance).encode() not in body
        assert b"site-packages" not in body


def test_what_is_too_large_is_refused_before_it_is_read(quick: Site) -> None:
    assert quick.get(f"{EVENTS}?x={'y' * 9000}").status == 414
    assert quick.get(f"{EVENTS}?{'&'.join(['x=1'] * 101)}").status == 400
    assert quick.get(DATABASE, method="DELETE").status == 405
    assert quick.get(EVENTS, method="POST", content_length="100000000").status == 413
