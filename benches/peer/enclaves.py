"""Certificates and signed documents for DDS-Security, as SROS2 makes them, with openssl."""

import datetime
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc')


def make(folder, domain, *names):
    """An enclave for each name: a folder with everything that a participant needs. Gives them by name."""
    folder = pathlib.Path(folder)
    openssl(
        folder,
        'req',
        '-x509',
        *KEY,
        '-keyout',
        'ca.key.pem',
        '-out',
        'ca.cert.pem',
        '-days',
        '2',
        '-subj',
        '/CN=CA',
    )
    day, today = datetime.timedelta(days=1), datetime.datetime.now(datetime.timezone.utc)
    words = {
        'DOMAIN': str(domain),
        'FROM': f'{today - day:%Y-%m-%dT%H:%M:%S}',
        'UNTIL': f'{today + day:%Y-%m-%dT%H:%M:%S}',
    }
    for name in names:
        enclave = folder / name
        enclave.mkdir()
        openssl(enclave, 'req', *KEY, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', f'/CN={name}')
        openssl(
            enclave,
            'x509',
            '-req',
            '-in',
            'request.pem',
            '-CA',
            '../ca.cert.pem',
            '-CAkey',
            '../ca.key.pem',
            '-CAcreateserial',
            '-days',
            '2',
            '-out',
            'cert.pem',
        )
        (enclave / 'ca.cert.pem').symlink_to(folder / 'ca.cert.pem')
        for document in ('governance', 'permissions'):
            text = (HERE / f'{document}.xml').read_text()
            for word, value in {**words, 'NAME': name}.items():
                text = text.replace(word, value)
            (enclave / f'{document}.xml').write_text(text)
            openssl(
                enclave,
                'smime',
                '-sign',
                '-text',
                '-in',
                f'{document}.xml',
                '-out',
                f'{document}.p7s',
                '-signer',
                '../ca.cert.pem',
                '-inkey',
                '../ca.key.pem',
            )
    return {name: str(folder / name) for name in names}


def openssl(folder, *words):
    ran = subprocess.run(['openssl', *words], cwd=folder, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(f'openssl {" ".join(words)}\n{ran.stderr}')
