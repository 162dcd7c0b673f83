"""Personal data made for a test: random, of valid form, each item there once,
so that it can be searched for in bytes.
"""

import random
import string
from typing import NamedTuple


class Item(NamedTuple):
    kind: str
    text: str
    sentence: str  # with the text in it, as somebody would say it


def luhn(digits):
    """Adds the check digit of ISO/IEC 7812-1."""
    total = sum(
        sum(divmod(2 * int(digit), 10)) if at % 2 == 0 else int(digit)
        for at, digit in enumerate(reversed(digits))
    )
    return f'{digits}{-total % 10}'


def iban(country, account):
    """Adds the check digits of ISO 13616."""
    number = ''.join(str(int(letter, 36)) for letter in f'{account}{country}00')
    return f'{country}{98 - int(number) % 97:02}{account}'


class Planter:
    """Makes items. The same seed makes the same ones."""

    def __init__(self, seed):
        self.random, self.made = random.Random(seed), set()

    def digits(self, count):
        return ''.join(self.random.choices(string.digits, k=count))

    def word(self, low=6, high=9):
        return ''.join(self.random.choices(string.ascii_lowercase, k=self.random.randint(low, high)))

    def payment_card(self):
        number = luhn(f'4{self.digits(14)}')
        groups = ' '.join(number[at : at + 4] for at in range(0, 16, 4))
        return (
            self.random.choice([number, groups, groups.replace(' ', '-')]),
            'the card {} was refused at the desk',
        )

    def iban(self):
        return iban('DE', self.digits(18)), 'please refund to {} by Friday'

    def phone(self):
        return (
            f'+49 30 {self.random.randint(2, 9)}{self.digits(7)}',
            'call me back on {} when the room is ready',
        )

    def email(self):
        return f'{self.word()}.{self.word()}@{self.word()}.com', 'send the bill to {} please'

    def us_ssn(self):
        area = self.random.choice([number for number in range(101, 899) if number != 666])
        return (
            f'{area}-{self.random.randint(10, 99)}-{self.random.randint(1000, 9999)}',
            'her SSN is {} she says',
        )

    def ip(self):
        return '.'.join(str(self.random.randint(11, 250)) for _ in range(4)), 'the tablet at {} asks again'

    def mac(self):
        return (
            ':'.join(f'{self.random.randint(16, 255):02x}' for _ in range(6)),
            'phone {} joined the guest network',
        )

    KINDS = ('payment_card', 'iban', 'phone', 'email', 'us_ssn', 'ip', 'mac')

    def item(self):
        """One that was not there before."""
        while True:
            kind = self.random.choice(self.KINDS)
            text, sentence = getattr(self, kind)()
            if text not in self.made:
                self.made.add(text)
                return Item(kind, text, sentence.format(text))


def forms(text):
    """What to search for in bytes: as UTF-8, and as a wide string of ROS 2, four bytes a unit."""
    return text.encode(), b''.join(unit.to_bytes(4, 'little') for unit in text.encode('utf-16-le')[::2])
