"""`pip install ./python/discreet` installs all of the package, and its types."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / 'python/discreet'


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    """A folder into which pip has installed the package, without the network."""
    if importlib.util.find_spec('setuptools') is None:
        pytest.skip('NOT RUN: no setuptools here, and pip would have to fetch it')
    folder = tmp_path_factory.mktemp('package')
    shutil.copytree(SOURCE, folder / 'source')  # building leaves files in the source
    options = ('--no-index', '--no-deps', '--no-build-isolation', '--disable-pip-version-check', '--quiet')
    command = [
        sys.executable,
        '-m',
        'pip',
        'install',
        *options,
        '--target',
        folder / 'site',
        folder / 'source',
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder / 'site'


def test_each_module_is_installed_with_its_types(installed):
    sources = {path.name for path in (SOURCE / 'discreet').iterdir() if path.suffix in ('.py', '.typed')}
    assert 'py.typed' in sources
    assert sources <= {path.name for path in (installed / 'discreet').iterdir()}


def test_what_is_installed_can_be_imported(installed, tmp_path):
    script = (
        'import discreet, discreet.catalog, discreet.commands; print(discreet.__file__, discreet.GrantBook)'
    )
    done = subprocess.run(
        [sys.executable, '-c', script],
        cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': str(installed)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))
