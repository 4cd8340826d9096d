"""What people come for, done in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

# One server and one browser for all of them.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.looks]

Open = Callable[..., Page]
WIDTHS = (1280, 360)


def follow(link: Locator) -> None:
    """Click on what leads to another page, and wait for it."""
    with link.page.expect_navigation():
        link.click()


def enter(page: Page) -> None:
    """Press Enter where that leads to another page, and wait for it."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def rows(page: Page) -> list[str]:
    """The names of the products that the matrix shows."""
    return page.locator("tr[data-search]:not([hidden]) th a").all_inner_texts()


def column(page: Page, label: str) -> list[str]:
    """What the matrix shows in a column, by row."""
    return page.locator(f"tr[data-search]:not([hidden]) td[data-label='{label}']").all_inner_texts()


def test_search_narrows_as_one_types_and_enter_opens_the_last_one_left(open_page: Open) -> None:
    page = open_page("/")
    total = len(rows(page))
    field = page.get_by_label("Find a product, vendor or former name")
    field.press_sequentially("anth")
    expect(page.locator("#count")).to_have_text(f"{len(rows(page))} of {total} products")
    assert 0 < len(rows(page)) < total
    field.press_sequentially("xyz")
    assert rows(page) == []
    expect(page.get_by_text("No product matches.")).to_be_visible()
    field.fill("claude anthropic")
    assert rows(page) == ["Claude"]
    expect(page.get_by_text("No product matches.")).to_be_hidden()
    enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Does Claude train on your data?")


def test_search_from_any_page_can_be_typed_over(open_page: Open) -> None:
    page = open_page("/about")
    page.get_by_label("Find a product or vendor").fill("le chat")
    enter(page)
    assert len(rows(page)) == 1  # by a former name
    assert "Vibe" in rows(page)[0]
    page.get_by_label("Find a product, vendor or former name").fill("claude")
    assert rows(page) == ["Claude"]  # the page holds the others too


@pytest.mark.parametrize("width", WIDTHS)
def test_a_reader_reads_a_tier_and_follows_its_source_to_all_that_rests_on_it(open_page: Open, width: int) -> None:
    page = open_page("/products/claude", width)
    tier = page.locator("section.tier").first
    expect(tier.locator(".verdict")).to_be_visible()
    claim = tier.locator(".claims > div").first
    cited = claim.locator(".cites a").first
    expect(cited).to_be_hidden()
    claim.locator("summary").click()
    expect(cited).to_be_visible()
    assert (cited.get_attribute("href") or "").startswith("https://")
    title = cited.inner_text()
    follow(claim.get_by_role("link", name="details").first)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    rests = page.get_by_role("heading", name="What rests on it").locator("+ ul > li")
    assert rests.count() >= 1
    follow(rests.get_by_role("link", name="Claude", exact=True).first)
    event = page.locator(":target")
    expect(event).to_be_in_viewport()
    assert title in (event.text_content() or "")


def test_the_day_of_a_product_can_be_changed(open_page: Open) -> None:
    page = open_page("/products/claude")
    today = page.locator("#as_of").input_value()
    page.get_by_label("The same page for another day").fill("2025-08-01")
    follow(page.get_by_role("button", name="Show"))
    assert page.url.endswith("?as_of=2025-08-01")
    banner = page.get_by_role("complementary", name="Day shown")
    expect(banner).to_contain_text("2025-08-01")
    for day in page.locator(".claims time").all_inner_texts():
        assert day <= "2025-08-01"
    follow(page.get_by_role("link", name="All products"))
    assert "as_of=2025-08-01" in page.url  # the day goes along
    follow(page.get_by_role("link", name="the day it stands at"))
    assert page.locator("#as_of").input_value() == today


def test_the_day_of_the_matrix_can_be_changed(open_page: Open) -> None:
    page = open_page("/")
    before = column(page, "In a word")
    page.get_by_label("On the day").fill("2023-01-01")
    follow(page.get_by_role("button", name="Show"))
    after = column(page, "In a word")
    assert after.count("·\nNot on record") + after.count("·Not on record") > before.count("·Not on record")
    assert len(after) == len(before)
    follow(page.locator("tr[data-search] th a").first)
    expect(page.get_by_role("complementary", name="Day shown")).to_contain_text("2023-01-01")


def test_a_day_without_a_record_says_when_it_begins(open_page: Open) -> None:
    page = open_page("/products/claude?as_of=1999-01-01")
    expect(page.locator(".answer")).to_contain_text("Nothing is on record")
    follow(page.get_by_text("The record of Claude begins on").get_by_role("link"))
    assert page.locator("section.tier").count() > 0


@pytest.mark.parametrize("width", WIDTHS)
def test_three_products_are_compared(open_page: Open, width: int) -> None:
    page = open_page("/products/claude", width)
    follow(page.get_by_role("link", name="Compare with others"))
    expect(page.get_by_label("Product 1")).to_have_value("claude")
    page.get_by_label("Product 2").select_option("chatgpt")
    page.get_by_label("Product 3").select_option("gemini")
    page.get_by_label("For", exact=True).select_option("consumer")
    follow(page.get_by_role("button", name="Compare"))
    heads = page.locator(".compare thead tr").first.locator("th a").all_inner_texts()
    assert len(heads) == 3
    audiences = page.locator(".compare thead th .quiet").all_inner_texts()
    assert audiences
    assert all(text.startswith("Consumers") for text in audiences)
    assert page.locator(".compare tr.differs").count() > 0
    follow(page.locator(".compare tbody a").first)
    expect(page.locator(":target")).to_be_in_viewport()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_matrix_is_filtered_and_sorted(open_page: Open, width: int) -> None:
    page = open_page("/", width)
    total = len(rows(page))
    summary = page.get_by_text("Filter, sort, or choose a day")
    if width == 360:
        expect(page.get_by_label("Category")).to_be_hidden()
        summary.click()
    else:
        expect(summary).to_be_hidden()
    page.get_by_label("Category").select_option("chat-assistant")
    page.get_by_label("For", exact=True).select_option("consumer")
    page.get_by_label("Sort by").select_option("verdict")
    follow(page.get_by_role("button", name="Show"))
    assert 0 < len(rows(page)) < total
    assert all(column(page, "Consumers"))
    assert all("chat assistants" in text for text in page.locator("tr[data-search] th .quiet").all_inner_texts())
    expect(page.get_by_label("Category")).to_be_visible()  # open while a filter is set
    expect(page.get_by_label("Category")).to_have_value("chat-assistant")
    follow(page.get_by_role("list", name="Verdicts").get_by_role("link", name="Does not train"))
    assert {text.lstrip("○\n") for text in column(page, "In a word")} == {"Does not train"}


def test_on_a_phone_the_matrix_is_cards(open_page: Open) -> None:
    page = open_page("/", 360)
    row = page.locator("tr[data-search]").first
    assert row.evaluate("row => getComputedStyle(row).display") == "block"
    box = row.bounding_box()
    assert box is not None
    assert box["width"] <= 360
    assert box["y"] < 800, "no product is on the first screen"
    assert page.get_by_role("rowheader").count() == page.locator("tr[data-search]").count()  # still a table to a reader


@pytest.mark.parametrize(
    ("path", "stem"), [("/", "/changes"), ("/changes", "/changes"), ("/products/claude", "/products/claude")]
)
def test_a_reader_subscribes_to_a_feed(open_page: Open, path: str, stem: str) -> None:
    page = open_page(path)
    feed = page.locator("link[rel=alternate][type='application/atom+xml']")
    assert feed.get_attribute("href") == f"{stem}.atom"
    for ending in ("atom", "ics"):
        assert page.locator(f"main a[href='{stem}.{ending}']").count() == 1
        assert page.request.get(f"{stem}.{ending}").status == 200


def test_the_timeline_can_be_cut_to_changes(open_page: Open) -> None:
    page = open_page("/products/claude", script=False)
    seen = page.locator(".timeline .k-observation")
    changes = page.locator(".timeline .k-change")
    page.get_by_label("Only changes and happenings").check()
    assert not any(item.is_visible() for item in seen.all())
    assert all(item.is_visible() for item in changes.all())


def test_all_of_it_works_without_javascript(open_page: Open) -> None:
    page = open_page("/", 360, script=False)
    page.get_by_label("Find a product, vendor or former name").fill("claude")
    follow(page.get_by_role("button", name="Find"))
    assert rows(page) == ["Claude"]
    page.get_by_text("Filter, sort, or choose a day").click()
    page.get_by_label("On the day").fill("2025-08-01")
    follow(page.get_by_role("button", name="Show"))
    follow(page.get_by_role("link", name="Claude", exact=True))
    expect(page.get_by_role("complementary", name="Day shown")).to_contain_text("2025-08-01")
    page.locator("section.tier summary").first.click()
    expect(page.locator("section.tier .cites a").first).to_be_visible()


def focus_next(page: Page) -> dict[str, str]:
    page.keyboard.press("Tab")
    return focused(page)


def focused(page: Page) -> dict[str, str]:
    """What has the focus: its name or text, its place in the page, how it is outlined, and whether it can be seen."""
    found: dict[str, str] = page.evaluate("""() => {
        const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
        return {text: (one.name || one.innerText).trim(), tag: one.localName,
            place: String([...document.querySelectorAll('*')].indexOf(one)),
            outline: `${style.outlineStyle} ${style.outlineWidth}`,
            seen: String(box.width > 1 && box.bottom > 0 && box.top < innerHeight
                && box.right > 0 && box.left < innerWidth)};
    }""")
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_alone_is_enough(open_page: Open, width: int) -> None:
    page = open_page("/", width)
    order = []
    for _ in range(9 if width == 360 else 14):
        stop = focus_next(page)
        assert stop["outline"] == "solid 3px", stop
        assert stop["seen"] == "true", stop
        order.append(stop["text"])
    site = [
        "Skip to the content",
        "Does it train on your data?",
        "Changes",
        "Misconceptions",
        "Compare",
        "Data",
        "About",
    ]
    more = ["Filter, sort, or choose a day"] if width == 360 else ["category", "verdict", "audience", "region"]
    assert order[:7] == site
    assert order[7 : 7 + 2 + len(more)] == [*["q", "Find"], *more][: len(order) - 7]
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.type("claude anthropic")
    enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Does Claude train on your data?")
    page.locator("section.tier summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page)["text"] == "Row"  # of the repository: the first link among the sources just opened
    assert focused(page)["seen"] == "true"


def test_every_stop_of_the_keyboard_on_a_product_is_seen(open_page: Open) -> None:
    page = open_page("/products/udio")
    assert page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0
    stops = set()
    while (stop := focus_next(page))["tag"] != "body":
        assert stop["seen"] == "true", stop
        assert stop["outline"] == "solid 3px" or stop["text"] == "as_of", (
            stop
        )  # whose parts are outlined by the browser
        stops.add(stop["place"])
    whole = page.locator("a[href], summary, input, button, select, [tabindex='0']").count()
    folded = page.locator("details:not([open]) > :not(summary) a").count()
    assert len(stops) == whole - folded


def test_a_printed_page_is_whole_and_without_what_only_a_screen_needs(open_page: Open) -> None:
    page = open_page("/products/claude")
    page.emulate_media(media="print")
    for needless in ("header.site nav", ".find", ".filters", ".day", ".edit", ".contents", "#notify", ".only"):
        assert not any(item.is_visible() for item in page.locator(needless).all()), needless
    for needed in ("h1", ".answer", "section.tier .claims", "section.tier .cites a", ".timeline", "#sources", "footer"):
        expect(page.locator(needed).first).to_be_visible()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert len(paper) > 50_000


@pytest.mark.parametrize("path", ["/", "/products/claude"])
def test_dark_is_dark_and_light_is_light(open_page: Open, path: str) -> None:
    page = open_page(path)
    shades = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) / 3
    assert shades["light"] > 240
    assert shades["dark"] < 40


def test_an_unknown_product_leads_to_the_nearest(open_page: Open) -> None:
    page = open_page("/products/clade")
    expect(page.get_by_role("heading", level=1)).to_contain_text("There is no product")
    follow(page.get_by_text("Did you mean").get_by_role("link", name="Claude", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Does Claude train on your data?")


def test_an_old_address_leads_to_the_new_one(open_page: Open) -> None:
    page = open_page("/products/llama-api")
    assert page.url.endswith("/products/meta-model-api")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_stock_datasette_stays_usable(open_page: Open, width: int) -> None:
    page = open_page("/data", width)
    follow(page.get_by_role("contentinfo").get_by_role("link", name="Tables and SQL"))
    follow(page.get_by_role("link", name="products", exact=True))
    expect(page.get_by_role("link", name="claude", exact=True).first).to_be_visible()
    page.goto("/does-it-train?sql=select+41%2B1+as+answer")
    expect(page.get_by_role("cell", name="42")).to_be_visible()
