"""Prints results: JSON lines for machines, or a table for people."""

import json

FIGURES = (
    'p50_ms',
    'p99_ms',
    'max_ms',
    'after',
    'trials',
    'cpu_us',
    'sender_us',
    'reader_us',
    'fps',
    'mb_s',
    'ns',
    'readers',
    'sent',
    'lost',
    'topics',
    'load_ms',
)


def show(results, as_json, columns=FIGURES):
    if as_json:
        for result in results:
            print(json.dumps(result))
        return
    columns = [name for name in columns if any(name in result for result in results)]
    rows = [['case', 'variant', *columns]]
    case = None
    for result in results:
        shown = result['case'] if result['case'] != case else ''
        case = result['case']
        rows.append([shown, result['variant'], *(number(result.get(name)) for name in columns)])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths)]
        print('  '.join(left + [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]).rstrip())


def number(value):
    if value is None:
        return ''
    if isinstance(value, int) or value >= 1000:
        return f'{value:.0f}'
    return f'{value:.3g}' if value < 10 else f'{value:.1f}'
