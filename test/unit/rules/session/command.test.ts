import { argumentSource } from '../../../../src/rules/session/argument-source.ts';
import { commandSize } from '../../../../src/rules/session/command-size.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

testSessionRules({
  refused: [
    {
      name: 'arguments without a command',
      rule: argumentSource,
      given: { args: ['--help'] },
      want: [
        'spec.args: Forbidden: [MCPS-801] args need spec.command; the program of the image is never started; fix: set spec.command, or delete spec.args',
      ],
    },
    {
      name: 'a NUL in command and in args',
      rule: commandSize,
      given: { command: ['sleep', '1\0'], args: ['\0'] },
      want: [
        'spec.command[1]: Invalid value: [MCPS-802] holds a NUL character; fix: delete it',
        'spec.args[0]: Invalid value: [MCPS-802] holds a NUL character; fix: delete it',
      ],
    },
    {
      name: 'a program without a name',
      rule: commandSize,
      given: { command: [''] },
      want: ['spec.command[0]: Required value: [MCPS-802] the name of the program is empty; fix: name a program'],
    },
    {
      name: 'a program whose name a terminal would act on',
      rule: commandSize,
      given: { command: ['sh\u001b[2J', '\n'] },
      want: [
        'spec.command[0]: Invalid value: [MCPS-802] the name of the program holds a control or invisible character; fix: delete it',
      ],
    },
    {
      name: 'more than 128 KiB in all, counted in bytes',
      rule: commandSize,
      given: { command: ['echo'], args: Array.from({ length: 3 }, () => '\u00e9'.repeat(32_000)) },
      want: [
        'spec.command: Invalid value: [MCPS-802] command and args have 192008 bytes; at most 131072 are allowed; fix: put the data in a file of the session',
      ],
    },
  ],
  accepted: [
    { name: 'no command at all', rule: argumentSource, given: {} },
    { name: 'arguments of a command', rule: argumentSource, given: { command: ['sh'], args: ['-c', 'id'] } },
    { name: 'empty arguments', rule: commandSize, given: { command: ['echo', ''], args: [''] } },
  ],
});
