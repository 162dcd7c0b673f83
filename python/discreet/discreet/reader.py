"""Follows one sealed topic: pairs messages with grants, whichever comes first."""

from collections import Counter, deque

from .envelope import Refused, split
from .grants import GrantBook
from .hashing import Data

WAITING = 10  # messages whose grant has not arrived


class Reader:
    """Opens the messages of one topic in one form, each once."""

    def __init__(
        self, book: GrantBook, domain: int, topic: str, type_name: str, type_hash: str, form: str = 'clear'
    ) -> None:
        self.book, self.form = book, form
        self._of = (domain, topic, type_name, type_hash)
        self._contexts: dict[int, bytes] = {}  # by key id
        self._waiting: deque[bytes] = deque(maxlen=WAITING)
        self.opened = 0
        self.refused: Counter[str] = Counter()  # by reason

    def message(self, message: Data, now: int) -> list[bytes]:
        """Takes a serialized `Sealed`. Returns the messages that can be opened now: one or none."""
        return self._open(bytes(message), now)

    def grants_changed(self, now: int) -> list[bytes]:
        """Call this when the book has new keys. Returns the messages that were waiting for them."""
        waiting, self._waiting = list(self._waiting), deque(maxlen=WAITING)
        self._contexts = {number: known for number, known in self._contexts.items() if self.book.key(number)}
        return [text for message in waiting for text in self._open(message, now)]

    def _open(self, message: bytes, now: int) -> list[bytes]:
        try:
            number = split(message).key
            key = self.book.key(number)
            if key is None:
                if len(self._waiting) == WAITING:
                    self.refused['key'] += 1  # the oldest is dropped
                self._waiting.append(message)
                return []
            if key.terms.form != self.form:
                raise Refused('form')
            if number not in self._contexts:
                self._contexts[number] = key.context(*self._of)
            context = self._contexts[number]
            text, counter = key.open(context, self.book.not_before(now), message)
            self.book.replay(number, context).accept(counter)
        except Refused as refused:
            self.refused[refused.reason] += 1
            return []
        self.opened += 1
        return [text]
