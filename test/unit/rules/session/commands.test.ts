import type { Rule } from '../../../../src/rules/rule.ts';
import { sessionRules } from '../../../../src/rules/session-rules.ts';
import type { SessionSubject } from '../../../../src/rules/session-subject.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

function rule(id: string): Rule<SessionSubject> {
  const found = sessionRules.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no rule ${id}`);
  return found;
}

const ALLOW = { commands: { mode: 'allowlist', allow: ['^(ls|cat|env|awk|find)(\\s|$)'] } };
const sh = (script: string) => ({ command: ['sh', '-c', script] });

testSessionRules({
  refused: [
    {
      name: 'S1.CMD.03: a denied pattern, at the word where the script is',
      rule: rule('MCPS-803'),
      given: sh('ls; chmod 777 x'),
      want: [
        'spec.command[2]: Forbidden: [MCPS-803] the command matches "chmod 777" of policy commands.deny; fix: run another command',
      ],
    },
    {
      name: 'a denied pattern in args, counted behind the command',
      rule: rule('MCPS-803'),
      given: { command: ['sh', '-c'], args: ['mkfs x'] },
      want: [
        'spec.args[0]: Forbidden: [MCPS-803] the command matches "mkfs" of policy commands.deny; fix: run another command',
      ],
    },
    {
      name: 'S1.CMD.01: a program that no pattern allows',
      rule: rule('MCPS-804'),
      given: { command: ['python3', 'x.py'] },
      policy: ALLOW,
      want: [
        'spec.command[0]: Forbidden: [MCPS-804] "python3" does not match policy commands.allow; fix: run an allowed command',
      ],
    },
    {
      name: 'S1.CMD.04: a program behind an allowed launcher',
      rule: rule('MCPS-804'),
      given: { command: ['env', 'A=b', 'pip'] },
      policy: ALLOW,
      want: [
        'spec.command[2]: Forbidden: [MCPS-804] "pip" does not match policy commands.allow; fix: run an allowed command',
      ],
    },
    {
      name: 'S0.M5.02: rm of the root in any order of options',
      rule: rule('MCPS-805'),
      given: { command: ['rm', '-f', '--rec', '/'] },
      want: [
        'spec.command[0]: Forbidden: [MCPS-805] rm removes the root directory; fix: name the files that are meant',
      ],
    },
    {
      name: 'a function that starts itself',
      rule: rule('MCPS-805'),
      given: sh(':(){ :|:& };:'),
      want: [
        'spec.command[2]: Forbidden: [MCPS-805] a function starts itself without end; fix: name the files that are meant',
      ],
    },
    {
      name: 'a script from the network',
      rule: rule('MCPS-806'),
      given: sh('wget -O- x | sh'),
      want: [
        'spec.command[2]: Forbidden: [MCPS-806] a script from the network would run unread; fix: fetch it into a file, read it, then run it',
      ],
    },
    {
      name: 'S1.PATH.01: a denied path, at its argument',
      rule: rule('MCPS-807'),
      given: { command: ['cat', 'notes', '/etc/shadow'] },
      want: [
        'spec.command[2]: Forbidden: [MCPS-807] the command names /etc, which policy commands.deniedPaths lists; fix: use another path, for example below /workspace',
      ],
    },
    {
      name: 'S1.FLAG.01: a denied flag',
      rule: rule('MCPS-808'),
      given: { command: ['docker', 'run', '--privileged', 'alpine'] },
      want: [
        'spec.command[0]: Forbidden: [MCPS-808] the command has the flag --privileged, which policy commands.deniedFlags refuses; fix: leave the flag out',
      ],
    },
    {
      name: 'a script with an open quote',
      rule: rule('MCPS-809'),
      given: sh("echo '"),
      want: [
        'spec.command[2]: Invalid value: [MCPS-809] the command has an open quote and cannot be judged; fix: write it plainly, or put it in a file and run that',
      ],
    },
    {
      name: 'K-26: a Cyrillic letter in the name of a program, and a dash before an option',
      rule: rule('MCPS-810'),
      given: { command: ['\u0441at', '\u2013n'] },
      want: [
        'spec.command[0]: Invalid value: [MCPS-810] the name of a program has letters that look like others; fix: type it in ASCII',
      ],
    },
    {
      name: 'K-26: a dash that is no hyphen before an option',
      rule: rule('MCPS-810'),
      given: { command: ['cat', '\u2013n'] },
      want: [
        'spec.command[1]: Invalid value: [MCPS-810] the name of an option has letters that look like others; fix: type it in ASCII',
      ],
    },
    {
      name: 'a program of the session',
      rule: rule('MCPS-811'),
      given: { command: ['/workspace/ls'] },
      policy: ALLOW,
      want: [
        'spec.command[0]: Forbidden: [MCPS-811] the program lies outside of /bin, /usr/bin, /usr/local/bin, /sbin and /usr/sbin; fix: name the program without a directory',
      ],
    },
    {
      name: 'K-01: a variable where a program stands',
      rule: rule('MCPS-812'),
      given: sh('$TOOL x'),
      policy: ALLOW,
      want: [
        'spec.command[2]: Forbidden: [MCPS-812] the program is not known before it runs; fix: write it out, without variables and substitutions',
      ],
    },
    {
      name: 'a script that is put together as it runs',
      rule: rule('MCPS-812'),
      given: sh('sh -c "ls $ARGS"'),
      policy: ALLOW,
      want: [
        'spec.command[2]: Forbidden: [MCPS-812] a part of the script is not known before it runs; fix: write it out, without variables and substitutions',
      ],
    },
    {
      name: 'S1.PRO.INV: find that deletes',
      rule: rule('MCPS-813'),
      given: { command: ['find', '.', '-delete'] },
      policy: { commands: { readOnly: true } },
      want: [
        'spec.command[0]: Forbidden: [MCPS-813] an option of find writes or starts a program; fix: only read (policy commands.readOnly)',
      ],
    },
    {
      name: 'a redirection into a file, and a program that writes',
      rule: rule('MCPS-813'),
      given: { command: ['touch', 'x'] },
      policy: { commands: { readOnly: true } },
      want: [
        'spec.command[0]: Forbidden: [MCPS-813] "touch" is not known to read only; fix: only read (policy commands.readOnly)',
      ],
    },
    ...['w x', '1,3w x', 's/a/b/w x'].map((code) => ({
      name: `sed that writes: ${code}`,
      rule: rule('MCPS-813'),
      given: { command: ['sed', '-n', code, 'file'] },
      policy: { commands: { readOnly: true } },
      want: [
        'spec.command[0]: Forbidden: [MCPS-813] the code of sed writes to a file; fix: only read (policy commands.readOnly)',
      ],
    })),
    ...[
      ['awk', 'BEGIN { system("id") }'],
      ['awk', '{ print | "sh" }'],
      ['awk', '{ "id" | getline }'],
    ].map((command) => ({
      name: `S1.CMD.04: a command inside of ${command.join(' ')}`,
      rule: rule('MCPS-814'),
      given: { command },
      policy: ALLOW,
      want: [
        'spec.command[0]: Forbidden: [MCPS-814] an argument of "awk" starts another program; fix: run that program by itself',
      ],
    })),
    ...[
      ['sed', '1e id', 'x'],
      ['sed', 's/a/id/e', 'x'],
      ['tar', '-xf', 'a', '--to-command=sh'],
      ['tar', '-cf', 'a', '--checkpoint-action=exec=sh', 'x'],
      ['git', '-c', 'core.pager=id', 'log'],
      ['rsync', '-e', 'sh', 'a', 'b'],
      ['sort', '--compress-program=sh', 'x'],
    ].map((command) => ({
      name: `S1.CMD.04: a command inside of ${command.join(' ')}`,
      rule: rule('MCPS-814'),
      given: { command },
      policy: ALLOW,
      want: [
        `spec.command[0]: Forbidden: [MCPS-814] an argument of "${command[0] ?? ''}" starts another program; fix: run that program by itself`,
      ],
    })),
    {
      name: 'S0.H1.09: PATH in a script',
      rule: rule('MCPS-815'),
      given: sh('PATH=/workspace ls'),
      policy: ALLOW,
      want: [
        'spec.command[2]: Forbidden: [MCPS-815] the script sets a variable that changes what programs load or run; fix: leave the variable out',
      ],
    },
    {
      name: 'a name that could be data is not shown',
      rule: rule('MCPS-804'),
      given: { command: ['s3cr3t value/with=signs'] },
      policy: ALLOW,
      want: [
        'spec.command[0]: Forbidden: [MCPS-804] a program does not match policy commands.allow; fix: run an allowed command',
      ],
    },
  ],
  accepted: [
    { name: 'an idle session, whatever the policy', rule: rule('MCPS-804'), given: {}, policy: ALLOW },
    { name: 'a command without a denied pattern', rule: rule('MCPS-803'), given: { command: ['chmod', '755', 'x'] } },
    { name: 'an allowed command', rule: rule('MCPS-804'), given: sh('ls | cat'), policy: ALLOW },
    { name: 'rm of something else', rule: rule('MCPS-805'), given: { command: ['rm', '-rf', '/workspace/x'] } },
    { name: 'data from the network', rule: rule('MCPS-806'), given: sh('wget -O- x | jq .') },
    {
      name: 'S1.PATH.02: a path that only begins alike',
      rule: rule('MCPS-807'),
      given: { command: ['ls', '/etcetera'] },
    },
    {
      name: 'K-32: a flag for another program',
      rule: rule('MCPS-808'),
      given: { command: ['npm', 'x', '--', '--privileged'] },
    },
    { name: 'a script that can be read', rule: rule('MCPS-809'), given: sh("echo ''") },
    {
      name: 'K-26: Russian as data',
      rule: rule('MCPS-810'),
      given: { command: ['echo', '\u041f\u0440\u0438\u0432\u0435\u0442'] },
    },
    { name: 'a program of the image', rule: rule('MCPS-811'), given: { command: ['/usr/bin/env'] }, policy: ALLOW },
    { name: 'a variable as data', rule: rule('MCPS-812'), given: sh('ls "$X"'), policy: ALLOW },
    {
      name: 'reading, and writing into nothing',
      rule: rule('MCPS-813'),
      given: sh('find . -name x 2> /dev/null'),
      policy: { commands: { readOnly: true } },
    },
    { name: 'awk that prints', rule: rule('MCPS-814'), given: { command: ['awk', '{ print $1 }'] }, policy: ALLOW },
    {
      name: 'sed that replaces',
      rule: rule('MCPS-814'),
      given: { command: ['sed', '-e', 's/a/e/g', 'file'] },
      policy: { commands: { mode: 'allowlist', allow: ['^sed'] } },
    },
    { name: 'an ordinary variable', rule: rule('MCPS-815'), given: sh('LC_ALL=C ls'), policy: ALLOW },
  ],
});
