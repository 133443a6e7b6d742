"""Batches and files around messages (FHS, BHS, BTS, FTS): whether what they announce has come."""

_OPENED_BY = {"BTS": "BHS", "FTS": "FHS"}
_KIND = {"BHS": "batch", "BTS": "batch", "FHS": "file", "FTS": "file"}


class Envelopes:
    """Counts the messages of the batches and files that are open.

    >>> envelopes = Envelopes()
    >>> envelopes.take("BHS", ""), envelopes.count_message(), envelopes.take("BTS", "2"), envelopes.unclosed()
    ([], None, ['batch'], [])
    """

    def __init__(self) -> None:
        self._messages: dict[str, int] = {}

    def count_message(self) -> None:
        """A message begins."""
        for name in self._messages:
            self._messages[name] += 1

    def take(self, name: str, announced: str) -> list[str]:
        """An envelope begins or ends; what has gone missing in it: `batch` if it announces another number of messages.

        A new one while the last has not ended is as good as a missing end. FTS-1 counts batches, and is not looked at.
        """
        if name not in _OPENED_BY:
            missing = [_KIND[name]] if name in self._messages else []
            self._messages[name] = 0
            return missing
        found = self._messages.pop(_OPENED_BY[name], None)
        wrong = name == "BTS" and found is not None and announced.isdecimal() and int(announced[:9]) != found
        return [_KIND[name]] if wrong else []

    def unclosed(self) -> list[str]:
        """The file ends here: envelopes that have not ended."""
        return [_KIND[name] for name in self._messages]
