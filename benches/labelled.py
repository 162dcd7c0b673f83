"""Personal numbers and words behind their label, as people of seven countries write them.

In the part `wrong digit` the check digit of each number is wrong, as if one were misheard or mistyped; `own
form` has numbers and words that every organisation forms as it likes. A reader sees from the label what
each of them is. Made from a seed. `python3 benches/labelled.py [SEED]` prints the lines.
"""

import dataclasses
import json
import pathlib
import random
import sys

SEED, EACH = 20_262, 40
LABELS = pathlib.Path(__file__).with_name('labels.txt')


@dataclasses.dataclass(frozen=True)
class Line:
    part: str
    lang: str
    kind: str
    text: str
    start: int
    end: int


class Dice(random.Random):
    def digits(self, count):
        return ''.join(str(self.randrange(10)) for _ in range(count))

    def letters(self, count):
        return ''.join(self.choice('ABCDEFGHJKLMNPRSTUVWXYZ') for _ in range(count))

    def wrong(self, make, is_valid):
        """Something of the right form whose check fails."""
        while is_valid(made := make()):
            pass
        return made

    def parted(self, digits, sizes):
        """The same digits in groups, with blanks, hyphens or nothing between."""
        between, at, groups = self.choice((' ', '-', '')), 0, []
        for size in sizes:
            groups.append(digits[at : at + size])
            at += size
        return between.join(groups)


# Checks of the standards.


def luhn(digits):
    """ISO/IEC 7812-1."""
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def mod_97(iban):
    """ISO 13616."""
    return int(''.join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1


def mod_11_10(digits):
    """ISO/IEC 7064, as of the German tax number."""
    product = 10
    for digit in digits[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def weighted(digits, weights, modulus=11):
    return sum(int(digit) * weight for digit, weight in zip(digits, weights)) % modulus


def nhs(digits):
    return weighted(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) == 0


def bsn(digits):
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) == 0


def nif(digits):
    rest = weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2))
    return (0 if rest < 2 else 11 - rest) == int(digits[8])


def nir(digits):
    return 97 - int(digits[:13]) % 97 == int(digits[13:])


def nass(digits):
    return int(digits[:10]) % 97 == int(digits[10:])


def dni(code):
    return 'TRWAGMYFPDXBNJZSQVHLCKE'[int(code[:8]) % 23] == code[8]


def nie(code):
    return dni(str('XYZ'.index(code[0])) + code[1:])


ODD = dict(zip('0123456789', (1, 0, 5, 7, 9, 13, 15, 17, 19, 21))) | dict(
    zip(
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
    )
)


def fiscal_code(code):
    values = (ODD[c] if at % 2 == 0 else int(c, 36) - 10 * c.isalpha() for at, c in enumerate(code[:15]))
    return chr(65 + sum(values) % 26) == code[15]


def pension(code):
    """The German number of pension insurance."""
    digits = code[:8] + f'{ord(code[8]) - 64:02}' + code[9:11]
    sums = (int(digit) * weight for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)))
    return sum(value // 10 + value % 10 for value in sums) % 10 == int(code[11])


# Values whose check digit is wrong.


def card(d):
    first = d.choice(('4', '51', '52', '53', '54', '55'))
    return d.parted(d.wrong(lambda: first + d.digits(16 - len(first)), luhn), (4, 4, 4, 4))


def iban(country, bank, length):
    def make(d):
        code = d.wrong(
            lambda: f'{country}{d.randrange(2, 98):02}{d.letters(bank)}{d.digits(length - 4 - bank)}', mod_97
        )
        if d.random() < 0.5:
            return code
        return ' '.join(code[at : at + 4] for at in range(0, length, 4))

    return make


def ssn(d):
    """Of an area that was never given out."""
    area = d.choice(('000', '666', str(d.randrange(900, 1000))))
    return d.parted(f'{area}{d.randrange(10, 50)}{d.randrange(1000, 10_000)}', (3, 2, 4))


def nino(d):
    """With a prefix that is not given out."""
    code = d.choice(('BG', 'GB', 'NK', 'KN', 'TN', 'NT', 'ZZ')) + d.digits(6) + d.choice('ABCD')
    return d.choice((code, f'{code[:2]} {code[2:4]} {code[4:6]} {code[6:8]} {code[8]}'))


def of(count, check, sizes):
    """A number of digits, the first one not zero."""
    return lambda d: d.parted(d.wrong(lambda: str(d.randrange(1, 10)) + d.digits(count - 1), check), sizes)


def french(d):
    def make():
        return (
            f'{d.randrange(1, 3)}{d.randrange(30, 99)}{d.randrange(1, 13):02}{d.randrange(1, 95):02}'
            f'{d.digits(6)}{d.randrange(1, 98):02}'
        )

    return d.parted(d.wrong(make, nir), (1, 2, 2, 2, 3, 3, 2))


def spanish(d):
    return d.wrong(lambda: d.digits(8) + d.choice('TRWAGMYFPDXBNJZSQVHLCKE'), dni)


def foreigner(d):
    return d.wrong(lambda: d.choice('XYZ') + d.digits(7) + d.choice('TRWAGMYFPDXBNJZSQVHLCKE'), nie)


def italian(d):
    def make():
        day = d.choice((0, 40)) + d.randrange(1, 29)
        return (
            f'{d.letters(6)}{d.randrange(30, 99)}{d.choice("ABCDEHLMPRST")}{day:02}{d.choice("ABCDEFGHL")}'
            f'{d.digits(3)}{d.letters(1)}'
        )

    return d.wrong(make, fiscal_code)


def german_pension(d):
    def make():
        return (
            f'{d.randrange(10, 90)}{d.randrange(1, 29):02}{d.randrange(1, 13):02}{d.digits(2)}{d.letters(1)}'
            f'{d.digits(3)}'
        )

    code = d.wrong(make, pension)
    return d.choice((code, f'{code[:2]} {code[2:8]} {code[8]} {code[9:]}'))


def ahv(d):
    def is_valid(digits):
        return weighted(digits, (1, 3) * 6 + (1,), 10) == 0

    code = d.wrong(lambda: '756' + d.digits(10), is_valid)
    return d.choice((code, f'{code[:3]}.{code[3:7]}.{code[7:11]}.{code[11:]}'))


# Values of a form that an organisation chooses.


def staff(d):
    return d.choice(
        (f'EMP-{d.digits(5)}', f'{d.letters(1)}{d.digits(6)}', d.digits(5), f'P{d.digits(4)}-{d.digits(2)}')
    )


def policy(d):
    return d.choice(
        (f'INS-{d.digits(8)}', f'{d.letters(3)}{d.digits(9)}', f'{d.digits(3)}/{d.digits(7)}', d.digits(10))
    )


def identity(d):
    return d.choice(
        (f'NID-{d.digits(5)}', d.letters(2) + d.digits(7), f'{d.digits(4)}-{d.digits(5)}', d.digits(9))
    )


def record(d):
    return d.choice(
        (f'MRN{d.digits(7)}', d.digits(6), f'{d.letters(2)}-{d.digits(6)}', f'{d.digits(2)}/{d.digits(5)}')
    )


def user(d):
    names = 'kwright mariposa77 j.lindholm tovar_s nachtfalter hugo-b zeemeeuw pcosta dr_no7 larabelle'
    return d.choice(names.split()) + d.choice(('', d.digits(2)))


def password(d):
    words = 'Harbour Loan24 violet! Zug#fahrt marea-alta Kaas&brood tr0mbone Sol.y.luna 9lives'.split()
    return d.choice(words) + d.choice(('', '!', d.digits(2), f'{d.digits(1)}$'))


def passport(d):
    return d.choice((d.letters(2) + d.digits(7), d.letters(1) + d.digits(8), d.digits(9)))


def licence(d):
    return d.choice((d.letters(1) + d.digits(7), d.digits(8), d.letters(2) + d.digits(6) + d.letters(1)))


def account(d):
    return d.choice(
        (d.digits(8), d.digits(10), f'{d.digits(9)}{d.letters(1)}', f'{d.digits(4)} {d.digits(6)}')
    )


# Forms of values, by their name in labels.txt.
IBANS = {
    'GB': (4, 22),
    'DE': (0, 22),
    'FR': (0, 27),
    'ES': (0, 24),
    'IT': (1, 27),
    'NL': (4, 18),
    'PT': (0, 25),
}
FORMS = {f'iban {country}': iban(country, *form) for country, form in IBANS.items()} | {
    'card': card,
    'ssn': ssn,
    'nino': nino,
    'nhs': of(10, nhs, (3, 3, 4)),
    'german tax': of(11, mod_11_10, (2, 3, 3, 3)),
    'german pension': german_pension,
    'ahv': ahv,
    'french': french,
    'spanish': spanish,
    'foreigner': foreigner,
    'nass': of(12, nass, (2, 8, 2)),
    'italian': italian,
    'bsn': of(9, bsn, (4, 2, 3)),
    'nif': of(9, nif, (3, 3, 3)),
    'staff': staff,
    'policy': policy,
    'identity': identity,
    'record': record,
    'user': user,
    'password': password,
    'passport': passport,
    'licence': licence,
    'account': account,
}

SENTENCES = {
    'en': 'The {l} is {v}.|the guest gave {l} {v} at the desk|{l}: {v}, checked by reception',
    'de': '{l} lautet {v}.|Der Gast nannte am Empfang {l} {v}|{l}: {v}, vom Empfang geprüft',
    'fr': "Voici : {l} {v}.|le client a donné à l'accueil {l} {v}|{l} : {v}, vérifié à la réception",
    'es': 'Le doy: {l} {v}.|el huésped dio en recepción {l} {v}|{l}: {v}, comprobado en recepción',
    'it': "Ecco: {l} {v}.|l'ospite ha dato alla reception {l} {v}|{l}: {v}, verificato alla reception",
    'nl': 'Het {l} is {v}.|de gast gaf bij de balie {l} {v}|{l}: {v}, gecontroleerd bij de balie',
    'pt': 'Aqui está: {l} {v}.|o hóspede deu na receção {l} {v}|{l}: {v}, verificado na receção',
}
BARE = '{l}: {v}|{l} {v}|'
FIELDS = ('{{"{l}": "{v}"}}', '{l}={v}', '{l}: "{v}"')


def lines(seed=SEED, each=EACH):
    """`each` lines of every kind and language: three quarters in text, the others as fields."""
    dice = Dice(seed)
    for row in LABELS.read_text(encoding='utf-8').splitlines():
        if row.startswith('#'):
            continue
        part, lang, kind, form, labels, fields = (cell.strip() for cell in row.split('|'))
        for number in range(each):
            is_field = number % 4 == 3
            label = dice.choice(fields.split() if is_field else labels.split('; '))
            pattern = dice.choice(FIELDS if is_field else (BARE + SENTENCES[lang]).split('|'))
            value = FORMS[form](dice)
            start = pattern.format(l=label, v='\0').index('\0')
            yield Line(part, lang, kind, pattern.format(l=label, v=value), start, start + len(value))


if __name__ == '__main__':
    for line in lines(*map(int, sys.argv[1:])):
        print(json.dumps(dataclasses.asdict(line), ensure_ascii=False))
