// The vectors of requirements.md section 9 that must be let through, as hostile/vectors.ts has those that must not.

import { corpusClass } from '../case.ts';

const SOURCES = [
  ...['/home/user/data', '/tmp', '/opt', '/opt/myapp', '/mnt/data', '/data/foo..bar', '/home/alice/mysshstuff'],
  ...['/home/alice/ssh-tools', '/etcetera', '/rootfs-images', '/devtools', '/home/user/My Documents/data'],
];
/** Hits of the substrings and prefixes that the source documents match by. */
const COMMANDS = [
  ...[
    ['ls', '-la'],
    ['cat', 'file'],
    ['grep', '-E', 'a|b', 'f'],
    ['head', '-n1', 'f'],
    ['tail', '-n', '5', 'f'],
  ],
  ...[['echo', 'a; b'], ['pwd'], ['env'], ['lsof'], ['catdoc', 'f'], ['envsubst'], ['cat', '/proc/mounts']],
  ...[
    ['ls', 'amount.txt'],
    ['curl', '-s', 'https://example.com/publish.json'],
    ['cat', '/app/development'],
  ],
  ...[
    ['cat', '/srv/etcetera'],
    ['cat', '/workspace/variables'],
    ['cat', '/app/system'],
    ['cat', '/app/proc.js'],
  ],
];
const COMMANDS_OF_DEVELOPERS = [
  ...[
    ['git', 'commit', '-m', 'fix reboot loop'],
    ['npm', 'run', 'build'],
    ['python3', 'x.py'],
  ],
  ...[
    ['echo', '\u041f\u0440\u0438\u0432\u0435\u0442'],
    ['rm', '-rf', 'node_modules'],
  ],
];

export const benignVectors = [
  ...corpusClass(
    'benign-vectors-mounts',
    {},
    SOURCES.map((path) => ({
      title: `requirements.md 9.1: ${path}`,
      spec: { mounts: [{ hostPath: path, target: '/data' }] },
    })),
  ),
  ...corpusClass(
    'benign-vectors-commands',
    {},
    COMMANDS.map((command) => ({ title: `requirements.md 9.4: ${command.join(' ')}`, spec: { command } })),
  ),
  ...corpusClass(
    'benign-vectors-development',
    { profile: 'development' },
    COMMANDS_OF_DEVELOPERS.map((command) => ({
      title: `requirements.md 9.4: ${command.join(' ')}`,
      spec: { command },
    })),
  ),
];
