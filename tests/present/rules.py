"""What no text of leukon may say, and how a page is read as text."""

import re
from html.parser import HTMLParser

# The verb at the beginning of a clause: an order. In "it gave", "the course started" or "stop of the drug" it is none.
_VERBS = (
    "give|start|stop|begin|administer|prescribe|inject|infuse|transfuse|treat|switch|increase|decrease|reduce|taper|"
    "withhold|discontinue|hold|avoid|do not|don't|must|admit|order|refer"
)
ORDER = re.compile(
    rf"(?:^|[.:;,!?]\s+|\b(?:please|then|now|you should|should|must|and|or)\s+)(?:{_VERBS})\b(?! not wait)",
    re.IGNORECASE,
)
DOSE = re.compile(r"\d\s*(?:mg|g|µg|ug|mcg|IU|units?)(?:/(?:d|day|kg|m2|m²))?(?![\w/])", re.IGNORECASE)


def unquoted(text):
    """The text without what stands in quotation marks."""
    return re.sub(r"\"[^\"]*\"|“[^”]*”", "", text)


class Page(HTMLParser):
    """A page as it is read: texts of shown elements, tags with their attributes, without SVG's."""

    HIDDEN = ("style", "script", "title", "svg")

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self._hidden = [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._hidden += tag in self.HIDDEN

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        self._hidden -= tag in self.HIDDEN
        if tag in ("p", "li", "td", "th", "dt", "dd", "caption", "h1", "h2", "h3", "h4", "summary", "figcaption"):
            self.texts.append("\n")

    def handle_data(self, data):
        if not self._hidden:
            self.texts.append(data)

    @property
    def text(self):
        """All shown text, a line for each paragraph or cell."""
        return re.sub(r"[ \t]*\n\s*", "\n", "".join(self.texts))
