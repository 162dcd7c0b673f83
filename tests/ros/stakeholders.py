"""The keeper of a robot, and the nodes of its stakeholders."""

import json
import subprocess

from domain_ids import free_domains
from process import BINARIES, Process
from waiting import eventually


class Stakeholders:
    """A part of a `Robot`."""

    def identity(self, name):
        """Makes an identity as its owner does; gives its private file. Once for each name."""
        key = self.folder / 'identities' / f'{name}.key'
        if not key.exists():
            # The least work there is: what is tested is not the passphrase.
            self.program(
                'identity', 'new', key, '--name', name, '--passphrase-file', self.passphrase(), '--work', '10'
            )
        return key

    def passphrase(self):
        """The file with the one passphrase that everybody here has."""
        file = self.folder / 'passphrase'
        if not file.exists():
            file.touch(0o600)
            file.write_text('correct horse battery staple')
        return file

    def keep(self, *more, well=True):
        """Starts the keeper, with more arguments if there are any;
        comes back when it listens and, if `well`, all is well.
        """
        key = self.identity(self.name)
        self.keeper = Process(
            [
                BINARIES / 'keeper',
                '--policy',
                self.policy_file,
                '--identity',
                key,
                '--passphrase-file',
                self.passphrase(),
                '--state',
                self.folder / 'keeper',
                '--socket',
                self.socket,
                '--same-user',
                *([] if (self.folder / 'keeper').exists() else ['--new-state']),
                *more,
            ],
            self.folder / 'keeper.log',
            {'HOME': str(self.folder), **self.environment},
        )
        eventually(
            lambda: f'the keeper, which said\n{self.keeper.said()}',
            lambda: self.listens(well) or not self.keeper.is_running(),
        )
        assert self.keeper.is_running(), self.keeper.said()
        return self.keeper

    @property
    def socket(self):
        return self.folder / '.ros' / 'discreet' / 'keeper.sock'

    def listens(self, well=True):
        return self.socket.exists() and self.ask('who', check=False).returncode in ((0,) if well else (0, 1))

    def ask(self, *words, check=True):
        """Asks the keeper, as the security officer does."""
        return self.program(*words, '--socket', self.socket, check=check)

    def program(self, *words, check=True):
        """Runs the program `discreet`."""
        words = [BINARIES / 'discreet', *words]
        ran = subprocess.run(
            [str(word) for word in words], capture_output=True, stdin=subprocess.DEVNULL, text=True
        )
        assert not check or ran.returncode == 0, f'{words[1:]}: {ran.stdout}\n{ran.stderr}'
        return ran

    def unsealer(self, name, wait=True):
        """Starts a stakeholder's unsealer on a domain of its own; gives that domain."""
        return self._stakeholder('unsealer', name, {}, wait)

    def commander(self, name, commands=(), services=(), actions=(), parameters=(), wait=True):
        """Starts a stakeholder's commander on a domain of its own; gives that domain."""
        lists = {
            'commands': list(commands),
            'services': list(services),
            'actions': list(actions),
            'parameters': list(parameters),
        }
        given = {key: json.dumps(names) for key, names in lists.items() if names}
        return self._stakeholder('commander', name, given, wait)

    def _stakeholder(self, program, name, more, wait):
        """Starts a stakeholder's program, also the attribute of that name, on a domain of its own."""
        own = self.domain(free_domains(1)[0])
        given = {
            'identity': self.identity(name),
            'passphrase_file': self.passphrase(),
            'robot': self.identity(self.name).with_suffix('.pub'),
            'outer_domain': self.outer.number,
            **more,
        }
        arguments = [word for key, value in given.items() for word in ('-p', f'{key}:={value}')]
        process = Process(
            [BINARIES / program, '--ros-args', *arguments],
            self.folder / f'{program}_{name}.log',
            {
                'ROS_DOMAIN_ID': str(own.number),
                'ROS_LOG_DIR': str(self.folder),
                'HOME': str(self.folder),
                **self.environment,
            },
        )
        setattr(own, program, process)
        if wait:
            eventually(
                lambda: f'the {program}, which said\n{process.said()}',
                lambda: own.publishers_of('/diagnostics') or not process.is_running(),
            )
            assert process.is_running(), process.said()
        return own
