"""Follows one sealed topic: pairs messages with grants, whichever comes first."""

from collections import Counter, deque

from .envelope import Refused, Replay, split

WAITING = 10  # messages whose grant is not there yet


class Reader:
    """Opens the messages of one topic in one form, each once."""

    def __init__(self, book, domain, topic, type_name, type_hash, form='clear'):
        self.book, self.form = book, form
        self._of = (domain, topic, type_name, type_hash)
        self._known = {}  # by key id: the topic's context under that key, and what was seen of it
        self._waiting = deque(maxlen=WAITING)
        self.opened, self.refused = 0, Counter()

    def message(self, message, now):
        """A serialized `Sealed` came. Gives the serialized messages that can be opened now: one or none."""
        return self._open(bytes(message), now)

    def grants_changed(self, now):
        """The book has new keys. Gives the messages that were waiting for them."""
        waiting, self._waiting = list(self._waiting), deque(maxlen=WAITING)
        self._known = {number: known for number, known in self._known.items() if self.book.key(number)}
        return [text for message in waiting for text in self._open(message, now)]

    def _open(self, message, now):
        try:
            number = split(message).key
            key = self.book.key(number)
            if key is None:
                if len(self._waiting) == WAITING:
                    self.refused['key'] += 1  # the oldest gives way
                self._waiting.append(message)
                return []
            if key.terms.form != self.form:
                raise Refused('form')
            if number not in self._known:
                self._known[number] = (key.context(*self._of), Replay())
            context, replay = self._known[number]
            text, counter = key.open(context, now, message)
            replay.accept(counter)
        except Refused as refused:
            self.refused[refused.reason] += 1
            return []
        self.opened += 1
        return [text]
