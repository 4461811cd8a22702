// Whatever the command line is: a verdict, never a throw, in bounded work.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROFILE_NAMES } from '../../../../src/model/policy.ts';
import { analyseCommand } from '../../../../src/rules/command/analyse-command.ts';
import { judgeCommand } from '../../../../src/rules/command/judge-command.ts';
import { parseShell } from '../../../../src/rules/command/shell/script-parser.ts';
import { aPolicySet } from '../../../support/policies.ts';

const SET = aPolicySet();
const LONGEST = 131_072;
const LONG = 16_384;
const sh = (script: string): readonly string[] => ['sh', '-c', script];
const repeated = (text: string, length = LONGEST): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);

function judged(argv: readonly string[]): readonly (readonly string[])[] {
  return PROFILE_NAMES.map((name) =>
    judgeCommand({ argv, cwd: '/workspace', env: [] }, SET.profiles[name].policy).map(({ rule }) => rule),
  );
}

/** Texts that shells and parsers choke on, repeated up to the longest argument. */
const PIECES = [
  'a ',
  '(',
  '$(',
  '((',
  '$((',
  '`',
  '"',
  "'",
  '\\',
  '{a,b}',
  '${a',
  '${a:-',
  '<<E\n',
  '<(',
  '> /a ',
  'a|',
  'a&',
  'a;',
  '\n',
  'a=b ',
  'a=$a$a$a;',
  '/../',
  '/*',
  '*',
  '[',
  '[[ ',
  'if ',
  'case ',
  'f() ',
  'f() { f; f; }; ',
  'for i in a b c; do ',
  'echo $(echo ',
  'eval ',
  'sh -c ',
  'env ',
  'xargs ',
  'curl|',
  'rm -rf /;',
  'x=/a:/b ',
  '--a=/b ',
  'a,',
  '\ue000',
  '\u{1f600}',
  '\u0440',
];

const functions = Array.from({ length: 200 }, (_, index) => `f${index}() { f${index + 1}; f${index + 1}; }`).join('\n');
const calculations = Array.from({ length: 40 }).reduce((inner: string) => `(( $( ${inner} ) ))`, 'ls');
const nested = Array.from({ length: 12 }).reduce((inner: string) => `sh -c ${JSON.stringify(inner)}`, 'ls');
const WORST: readonly { readonly name: string; readonly argv: readonly string[] }[] = [
  ...PIECES.flatMap((piece) => [
    { name: `a script of ${JSON.stringify(piece)}`, argv: sh(repeated(piece, LONG)) },
    { name: `an argument of ${JSON.stringify(piece)}`, argv: ['tool', repeated(piece, LONG)] },
    { name: `a program of ${JSON.stringify(piece)}`, argv: [repeated(piece, LONG)] },
    { name: `quotes around ${JSON.stringify(piece)}`, argv: sh(`echo "${repeated(piece, LONG)}"`) },
    {
      name: `many arguments of ${JSON.stringify(piece)}`,
      argv: ['env', ...Array.from({ length: 300 }, () => repeated(piece, 130))],
    },
  ]),
  ...['a ', 'a;', '$(', '> /a ', 'curl|'].map((text) => ({ name: `the longest of ${text}`, argv: sh(repeated(text)) })),
  { name: 'two hundred functions that call the next one twice', argv: sh(`${functions}\nf0`) },
  {
    name: 'a variable that doubles',
    argv: sh(`a=aaaaaaaaaaaaaaaa\n${repeated('a=$a$a\n', 300)}${repeated('echo $a;')}`),
  },
  { name: 'braces in every word', argv: sh(`rm ${repeated('{a,b}{c,d}{e,f}{g,h}{i,j} ')}`) },
  { name: 'a loop around many commands', argv: sh(`for i in 1 2 3 4 5 6 7 8; do ${repeated('ls /a;', 3000)} done`) },
  { name: 'shells in shells', argv: sh(nested.slice(0, LONGEST)) },
  { name: 'calculations in calculations', argv: sh(calculations) },
  { name: 'a thousand launchers', argv: Array.from({ length: 1024 }, () => 'env') },
  {
    name: 'find with many commands',
    argv: ['find', '/', ...Array.from({ length: 250 }, () => ['-exec', 'ls', ';']).flat()],
  },
  {
    name: 'many positional arguments',
    argv: [...sh(repeated('echo "$@";', 4000)), ...Array.from({ length: 900 }, () => '/a/b')],
  },
];

describe('the worst command lines', () => {
  test('get a verdict, and never make more commands or text than are judged', () => {
    for (const { name, argv } of WORST) {
      judgeCommand({ argv, cwd: '/', env: [] }, SET.profiles.production.policy);
      const { commands, pipelines } = analyseCommand({ argv, cwd: '/', env: [] });
      const characters = commands.reduce(
        (sum, { allArgs }) => sum + allArgs.reduce((all, { text }) => all + text.length, 0),
        0,
      );
      expect(commands.length, name).toBeLessThanOrEqual(1700);
      expect(pipelines.length, name).toBeLessThanOrEqual(800);
      expect(characters, name).toBeLessThanOrEqual(8_000_000);
    }
  }, 30_000);

  test('are refused where they could not be followed to their end', () => {
    for (const argv of [
      sh(repeated('ls;')),
      ['tool', 'a'.repeat(300_001)],
      sh(repeated('(', 100)),
      sh(repeated('$(', 200)),
    ]) {
      expect(judged(argv).every((rules) => rules.includes('MCPS-809'))).toBe(true);
    }
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    ...PIECES,
    'rm',
    '-rf',
    '/',
    ' ',
    'EOF\n',
    '<<EOF\n',
    'done',
    'do ',
    'fi',
    'esac',
    ';;',
    '}',
    ')',
    '))',
    '$x',
    '"$@"',
    "$'\\x41'",
    '&&',
    '||',
    '2>&1',
    '#',
    'function f',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const script = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

test('names that every object has are names of programs, functions and variables like others', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
    expect(judged([name, name])).toEqual([[], ['MCPS-804'], [], ['MCPS-804']]);
    const script = `${name}() { reboot; }; ${name}=${name}; $${name} "$${name}"; for ${name} in a; do ls; done`;
    expect(judged(sh(script)).every((rules) => rules.includes('MCPS-805'))).toBe(true);
  }
});

test('any script gets a verdict in every profile, the same one twice', () => {
  fc.assert(
    fc.property(script, (text) => {
      const first = judged(sh(text));
      expect(judged(sh(text))).toEqual(first);
    }),
    { numRuns: 200 },
  );
});

test('any argument list gets a verdict in every profile', () => {
  const word = fc.oneof(
    piece,
    fc.constantFrom('sh', '-c', 'env', 'find', '-exec', ';', 'xargs', 'timeout', 'busybox', 'sudo', 'su', 'eval', 'cd'),
    script,
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), fc.string(), (argv, cwd) => {
      for (const name of PROFILE_NAMES) {
        const violations = judgeCommand(
          { argv, cwd, env: [{ name: 'x', value: argv[0] ?? '' }] },
          SET.profiles[name].policy,
        );
        for (const { path } of violations) expect(path).toMatch(/^argv\[[0-9]+\]$/);
      }
    }),
    { numRuns: 200 },
  );
});

test('quotes that change nothing change no verdict', () => {
  const words = fc.array(fc.constantFrom('rm', '-rf', '/', '-r', '-f', 'cat', '/etc/x', 'ls', 'reboot', 'x', 'a b'), {
    minLength: 1,
    maxLength: 6,
  });
  const quoted = (word: string): string => `'${word}'`;
  const escaped = (word: string): string => Array.from(word, (letter) => `\\${letter}`).join('');
  fc.assert(
    fc.property(words, (argv) => {
      const [single, backslashes] = [quoted, escaped].map((spell) => judged(sh(argv.map(spell).join(' '))));
      expect(backslashes).toEqual(single);
      expect(judged(['env', 'sh', '-c', argv.map(quoted).join(' ')]).map(asSet)[0]).toEqual(single?.map(asSet)[0]);
    }),
  );
});

const asSet = (rules: readonly string[]): readonly string[] => [...new Set(rules)].sort();

test('the parser ends on everything', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void parseShell(text)),
    { numRuns: 1000 },
  );
});
