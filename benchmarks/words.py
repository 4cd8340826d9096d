"""Names, texts and values that made-up products are given; as long as the real ones, on the whole."""

from collections.abc import Mapping, Sequence

from scripts.dataset import TableSpec

DURATIONS = ("P7D", "P30D", "P90D", "P18M", "P5Y", "until_deleted", "zero", "unspecified", "unclear")
# What the rules allow for opt_out beside a value of training; beside any other value anything of the last.
OPT_OUT: Mapping[str, Sequence[str]] = {
    "no": ("not_needed", "unspecified"),
    "opt_in": ("not_needed", "unspecified"),
    "yes": ("none", "unspecified"),
}
OPT_OUT_ELSE = ("setting", "form", "email", "admin", "contract")

CATEGORIES = ("chat-assistant", "coding-assistant", "model-api", "productivity", "meetings", "social", "creative")
# Tiers in the order in which a product gets them: last part of the id, name, audience, region, access.
TIERS = (
    ("consumer", "Free and Plus", "consumer", "world", "app"),
    ("business", "Team and Enterprise", "business", "world", "app"),
    ("api", "API", "developer", "world", "api"),
    ("education", "Education", "education", "world", "app"),
    ("cloud", "Cloud platform", "business", "world", "cloud"),
    ("eea", "Free and Plus, European Economic Area", "consumer", "eea_uk_ch", "app"),
    ("government", "Government", "government", "us", "app"),
    ("content", "Shared content", "everyone", "world", "content"),
)
OFFICIAL = ("policy", "contract", "docs", "help", "dpa", "announcement")
LOCATORS = (
    "Section 4, How we use what you give us",
    "Heading 'Your choices', second paragraph, and the list under it",
    "Data retention, table, row for this plan; the footnote to it names the exceptions",
    "Annex 1, Part B, clauses 2 to 4, and the definitions of content and of feedback in clause 1 of the same part",
)
SUMMARIES = (
    "The document says so of this plan in plain words and names no exception; the page before it said the same.",
    "It says so of what is typed and of files that are uploaded, not of feedback on an answer.",
    "Customers in Europe stand under an addendum that repeats the sentence; administrators see a switch, which is off.",
    "The page gives no day of its own, so the day of the copy is taken; the copy before it did not have the paragraph.",
)
BELIEFS = ("never trains on anything", "trains on everything", "keeps chats for ever", "lets nobody refuse")


def values_by_field(tiers: TableSpec) -> dict[str, Sequence[str]]:
    """Return what a document can say of each claim field but opt_out, whose values hang on those of training."""
    return {
        # Zero retention by default would tie retention to it.
        name: [code for code in tiers.field(name).enum if code not in {"conflicting", "default"}] or DURATIONS
        for name in tiers.claims
    }


def opt_out_values(training: str) -> Sequence[str]:
    """Return what a document can say of opt_out where training comes out as `training`."""
    return OPT_OUT.get(training, OPT_OUT_ELSE)
