"""The results as tables, for a page and for a terminal."""

from .families import SOUGHT

FEWEST = 10  # a row of the page has at least so many
NAMES = {'discreet': 'Discreet', 'discreet + model': 'Discreet with the model', 'presidio': 'Presidio'}


def percent(result, name, interval=True):
    """`84.9 % (77.4-90.3)`; a dash where there is nothing to be measured."""
    if not result or result.get(name) is None:
        return '-'
    shown = f'{100 * result[name]:.1f} %'
    if interval:
        shown += f' ({100 * result[f"{name}_low"]:.0f}-{100 * result[f"{name}_high"]:.0f})'
    return shown


def per_kb(result):
    return (
        f'{result["per_kb"]:.2f} ({result["per_kb_low"]:.2f}-{result["per_kb_high"]:.2f})' if result else '-'
    )


def of(results, part):
    return [result for result in results if result['part'] == part]


def by(results, *keys):
    """Results of the same case together: {case: {variant: result}}."""
    grouped = {}
    for result in results:
        grouped.setdefault(tuple(result[key] for key in keys), {})[result['variant']] = result
    return grouped


def variants(results):
    return list(dict.fromkeys(result['variant'] for result in results if 'variant' in result))


def table(head, rows):
    """Lines of Markdown. Columns of numbers are to the right."""
    lines = ['| ' + ' | '.join(head) + ' |', '|---' * len(head) + '|']
    return [
        *lines,
        *('| ' + ' | '.join(str(cell).replace('|', '\\|') for cell in row) + ' |' for row in rows),
    ]


def columns(names, *heads):
    return [f'{NAMES.get(name, name)}: {head}' for name in names for head in heads]


def kinds(results, name, fewest=1):
    """The rows of one set: kinds that are looked for, in each language."""
    names, rows = variants(results), []
    own = [result for result in of(results, 'kinds') if result['set'] == name and result['sought']]
    for (lang, kind), cases in sorted(
        by(own, 'lang', 'kind').items(), key=lambda item: -max(one['n'] for one in item[1].values())
    ):
        n = max(one['n'] for one in cases.values())
        if n < fewest:
            continue
        row = [kind, lang, n]
        for variant in names:
            one = cases.get(variant)
            row += [percent(one, 'found'), percent(one, 'hidden')]
            row += [f'{percent(one, "right", False)} / {percent(one, "touching", False)}']
        rows.append(row)
    return table(['kind', 'language', 'n', *columns(names, 'found', 'hidden', 'right / of any kind')], rows)


def unsought(results, fewest=1):
    """Kinds that Discreet does not look for, over all sets."""
    sums = {}
    for result in of(results, 'kinds'):
        if not result['sought'] and result['n']:
            n, hidden = sums.get((result['kind'], result['variant']), (0, 0))
            hidden += round(result['hidden'] * result['n'])
            sums[result['kind'], result['variant']] = (n + result['n'], hidden)
    names, rows = variants(results), []
    for kind in sorted(
        {kind for kind, _ in sums}, key=lambda kind: -max(sums.get((kind, v), (0,))[0] for v in names)
    ):
        n = max(sums.get((kind, name), (0, 0))[0] for name in names)
        if n >= fewest:
            rows.append([kind, n, *(f'{100 * sums[kind, name][1] / n:.0f} %' for name in names)])
    return table(['kind', 'n', *columns(names, 'hidden')], rows)


def false_hits(results):
    names, rows = variants(results), []
    for (name,), cases in by(of(results, 'sets'), 'set').items():
        one = next(iter(cases.values()))
        row = [name, one['texts'], f'{one["kb"]:.0f}']
        for variant in names:
            worst = ', '.join(f'{kind} {n}' for kind, n in cases[variant]['worst'][:4])
            row += [per_kb(cases[variant]), worst or '-']
        rows.append(row)
    return table(['data', 'texts', 'KB', *columns(names, 'false hits a KB', 'most of them')], rows)


def telemetry(results):
    rows = []
    for one in of(results, 'telemetry'):
        touched = f'{100 * one["texts_touched"]:.1f} %'
        worst = ', '.join(f'{kind} {n}' for kind, n in one['worst'])
        rows.append(
            [
                NAMES.get(one['variant'], one['variant']),
                f'{one["kb"]:.0f}',
                per_kb(one),
                touched,
                worst or '-',
            ]
        )
    return table(['', 'KB', 'false hits a KB', 'lines with one', 'kinds'], rows)


def telemetry_hits(results):
    rows = []
    for one in of(results, 'telemetry hits'):
        shown = one['example']['text'].replace('`', "'")
        rows.append(
            [NAMES.get(one['variant'], one['variant']), one['kind'], one['case'], one['n'], f'`{shown}`']
        )
    return table(['', 'kind', 'lines of', 'n', 'example'], rows)


def labelled(results, part):
    names = variants(results)
    own = [result for result in of(results, 'labelled') if result['set'] == part]
    rows = [
        [kind, lang, next(iter(cases.values()))['n'], *(percent(cases.get(name), 'hidden') for name in names)]
        for (kind, lang), cases in sorted(by(own, 'kind', 'lang').items())
    ]
    return table(['kind', 'language', 'n', *columns(names, 'hidden')], rows)


def rewritings(results):
    names, rows = variants(results), []
    for (case,), cases in by(of(results, 'rewritings'), 'case').items():
        row = [case]
        for name in names:
            one = cases.get(name)
            row += [one['n'] if one else '-', percent(one, 'hidden')]
        rows.append(row)
    return table(['written with', *columns(names, 'n', 'still hidden')], rows)


def data(results):
    rows = [
        [
            one['set'],
            ', '.join(one['licences']),
            one['texts'],
            f'{one["kb"]:.0f}',
            one['there'],
            'yes' * one['spoken'],
        ]
        for one in of(results, 'data')
    ]
    return table(['data', 'licence', 'texts', 'KB', 'labelled spans', 'spoken'], rows)


def sections(results, fewest=1):
    """(heading, lines) of everything."""
    yield 'Data', data(results)
    for (name,) in dict.fromkeys((one['set'],) for one in of(results, 'data')):
        if any(one['set'] == name and one['n'] >= fewest for one in of(results, 'kinds')):
            yield f'Found in {name}', kinds(results, name, fewest)
    yield 'Kinds that are not looked for', unsought(results, fewest)
    yield 'False hits', false_hits(results)
    yield 'Telemetry of a robot', telemetry(results)
    yield 'Numbers with a wrong check digit, behind their label', labelled(results, 'wrong digit')
    yield 'Numbers and words of a form of their own, behind their label', labelled(results, 'own form')
    yield 'Rewritten texts', rewritings(results)


def show(results):
    for heading, lines in sections(results):
        print(f'\n{heading}\n' + '\n'.join(aligned(lines)))
    print('\nFalse hits in telemetry\n' + '\n'.join(aligned(telemetry_hits(results))))
    for part, heading in (('missed', 'Not hidden'), ('false', 'False hits')):
        for one in of(results, part):
            print(f'\n{heading}, {one["variant"]}: {one["kind"]} ({one["n"]})')
            print(
                '\n'.join(f'  {shown["set"]}, {shown["lang"]}: {shown["text"]}' for shown in one['examples'])
            )
    for one in of(results, 'labelled'):
        for shown in one['examples']:
            print(
                f'  not hidden, {one["variant"]}: {one["set"]}, {one["kind"]}, {one["lang"]}: {shown["text"]}'
            )


def aligned(lines):
    """A table of Markdown for a terminal."""
    rows = [[cell.strip() for cell in line.strip('|').replace('\\|', '\0').split('|')] for line in lines]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for number, row in enumerate(rows):
        if number != 1:
            yield '  '.join(cell.replace('\0', '|').ljust(width) for cell, width in zip(row, widths)).rstrip()


def pooled(results, variant):
    """Of each kind over all sets: how many there are, are found, are findings that touch nothing."""
    sums = {}
    for one in of(results, 'kinds'):
        if one['variant'] == variant and one['kind'] in SOUGHT:
            n, found, false = sums.get(one['kind'], (0, 0, 0))
            wrong = one['predicted'] - round((one['touching'] or 0) * one['predicted'])
            found += round((one['found'] or 0) * one['n'])
            sums[one['kind']] = (n + one['n'], found, false + wrong)
    return sums
