// The main command of a session (requirements.md 9.4; an aid beside the container, K-05).

import { corpusClass, type Spec } from '../case.ts';

const command = (...argv: string[]): Spec => ({ command: argv });

export const commandForm = corpusClass('command-form', { want: ['MCPS-802'] }, [
  { title: 'a NUL in the program', spec: command('sh\u0000-x'), want: ['MCPS-802', 'MCPS-810'] },
  { title: 'a NUL in an argument', spec: command('cat', 'a\u0000b') },
  { title: 'a NUL in args', spec: { command: ['cat'], args: ['a\u0000b'] } },
  { title: 'a program without a name', spec: command('') },
  { title: 'an invisible character in the name of the program', spec: command('p\u200bython'), want: ['MCPS-802', 'MCPS-810'] },
  { title: 'a line feed in the name of the program', spec: command('cat\n'), want: ['MCPS-802', 'MCPS-810'] },
  { title: 'text that reads the other way', spec: command('\u202etac'), want: ['MCPS-802', 'MCPS-810'] },
  {
    title: 'arguments beyond the bound of the kernel',
    spec: { command: ['cat'], args: Array.from({ length: 5 }, () => 'a'.repeat(32_000)) },
  },
  { title: 'arguments without a program', spec: { args: ['x'] }, want: ['MCPS-801'] },
  { title: '65 words', spec: command(...Array.from({ length: 65 }, () => 'x')), want: ['SCHEMA'] },
  { title: 'a word of 32769 characters', spec: command('a'.repeat(32_769)), want: ['SCHEMA'] },
  { title: 'a number as a word', spec: { command: ['sleep', 5] }, want: ['SCHEMA'] },
]);
