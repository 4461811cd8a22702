import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputFiles } from '../../../src/cli/check/input-files.ts';
import { runCheck } from '../../../src/cli/check.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { PINNED_IMAGE } from '../../support/session-builder.ts';

const session = (spec: string, head = 'apiVersion: mcpsession.dev/v1alpha1') =>
  `${head}\nkind: McpSession\nmetadata: {name: s1, namespace: team-a}\nspec:\n  image: ${PINNED_IMAGE}\n${spec}`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcpsession-check-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function check(
  files: Readonly<Record<string, string>>,
  options: { readonly named?: readonly string[]; readonly output?: 'table' | 'json'; readonly input?: string } = {},
): Promise<Outcome> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const named = options.named ?? Object.keys(files);
  let out = '';
  let err = '';
  const code = await runCheck({
    files: named.map((name) => (name === '-' ? name : join(folder, name))),
    policy: defaultPolicy(),
    output: options.output ?? 'table',
    ...inputFiles(Readable.from([Buffer.from(options.input ?? '')])),
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      err += text;
    },
  });
  return { code, out: out.replaceAll(`${folder}/`, ''), err: err.replaceAll(`${folder}/`, '') };
}

describe('mcpsession check', () => {
  test('accepts what every rule accepts', async () => {
    expect(await check({ 'a.yaml': session('') })).toEqual({
      code: 0,
      out: '1 session checked: none refused, 0 warnings\n',
      err: '',
    });
  });

  test('prints one row per violation and counts what is not ours', async () => {
    const text = `${session('  lifetime: {ttlSeconds: 43200}\n  mounts: [{hostPath: /etc, target: /x}]\n')}---\nkind: Pod\napiVersion: v1\n`;
    const outcome = await check({ 'a.yaml': text });
    // The first column is as wide as the name of the temporary folder.
    expect({ ...outcome, out: outcome.out.replace(/^(FILE|a\.yaml) +/gm, '$1  ') }).toEqual({
      code: 2,
      out: [
        'FILE  OBJECT     RULE      SEV   PATH                      FIX',
        'a.yaml  team-a/s1  MCPS-401  deny  spec.lifetime.ttlSeconds  set ttlSeconds <= 28800',
        'a.yaml  team-a/s1  MCPS-201  deny  spec.mounts[0].hostPath   delete this mount, use spec.workspace',
        '1 session checked: 1 refused with 2 violations, 0 warnings; 1 other object skipped',
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('reads YAML as kubectl does, so that yes is true', async () => {
    const outcome = await check({ 'a.yaml': session('  security: {privileged: yes}\n') });
    expect(outcome.out).toContain('MCPS-101');
  });

  test('gives the full messages as JSON', async () => {
    const outcome = await check({ 'a.yaml': session('  security: {privileged: true}\n') }, { output: 'json' });
    expect(JSON.parse(outcome.out)).toEqual({
      ok: false,
      objects: [
        {
          file: 'a.yaml',
          object: 'team-a/s1',
          allowed: false,
          findings: [
            {
              rule: 'MCPS-101',
              severity: 'deny',
              path: 'spec.security.privileged',
              message:
                'Forbidden: [MCPS-101] a privileged container is root on the node; policy privileged.allow (SAFETY_ALLOW_PRIVILEGED_CONTAINERS) is false; fix: delete spec.security.privileged (mcpsession.dev/r/101)',
              fix: 'delete spec.security.privileged',
            },
          ],
        },
      ],
      skipped: 0,
      problems: [],
    });
  });

  test('reads directories recursively, each file once, without following links to directories', async () => {
    mkdirSync(join(folder, 'sub'));
    symlinkSync(folder, join(folder, 'sub', 'loop'));
    writeFileSync(join(folder, 'sub', 'b.json'), JSON.stringify({ kind: 'List', apiVersion: 'v1', items: [] }));
    const files = { 'a.yml': session(''), 'sub/c.yaml': session(''), 'notes.txt': 'a: [' };
    const outcome = await check(files, { named: ['.', 'a.yml'] });
    expect(outcome).toMatchObject({ code: 0, out: '2 sessions checked: none refused, 0 warnings\n' });
  });

  test('reads standard input, and the items of a List', async () => {
    const item = {
      apiVersion: 'mcpsession.dev/v1alpha1',
      kind: 'McpSession',
      metadata: { name: 'x' },
      spec: { image: 'x' },
    };
    const input = JSON.stringify({ kind: 'List', apiVersion: 'v1', items: [item, item, { kind: 'Pod' }] });
    const outcome = await check({}, { named: ['-'], input });
    expect(outcome.code).toBe(0);
    expect(outcome.out).toContain('standard input  default/x  MCPS-310  warn');
    expect(outcome.out).toContain('2 sessions checked: none refused, 2 warnings; 1 other object skipped');
  });

  test.each([
    ['an unknown field', '  imgae: x\n', 'spec.imgae', 'unknown field "imgae"'],
    ['a wrong type', '  user: {uid: root}\n', 'spec.user.uid', 'Invalid input: expected number, received string'],
    [
      'a number beyond exactness',
      '  lifetime: {ttlSeconds: 9007199254740993}\n',
      'spec.lifetime.ttlSeconds',
      'Too big',
    ],
    ['a number beyond all numbers', '  lifetime: {ttlSeconds: 1e400}\n', 'spec.lifetime.ttlSeconds', 'Invalid input'],
    ['the key of a prototype', '  __proto__: {privileged: true}\n', 'spec.__proto__', 'unknown field'],
  ])('reports %s as the schema does', async (_name, spec, path, message) => {
    const outcome = await check({ 'a.yaml': session(spec) });
    expect(outcome.code).toBe(2);
    expect(outcome.out).toContain(`SCHEMA  deny  ${path}`);
    expect(outcome.out).toContain(message);
  });

  test('reports the object around the spec as well', async () => {
    const text = 'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {labels: {a: 1}}\nspecs: {}\n';
    const outcome = await check({ 'a.yaml': text });
    expect(outcome.code).toBe(2);
    for (const path of ['specs', 'metadata.name', 'metadata.labels', 'spec.image'])
      expect(outcome.out).toContain(` ${path} `);
  });

  test.each([
    ['a syntax error, with its line', 'a: 1\nb: [1\n', /^error: a\.yaml:\d: /],
    ['a duplicate key', 'a: 1\na: 2\n', /^error: a\.yaml:2: Map keys must be unique\n$/],
    ['a tag', 'a: !!binary aGk=\n', /^error: a\.yaml:1: Unresolved tag/],
    ['an alias bomb', `a: &a [x,x]\n${bomb()}`, /^error: a\.yaml: Excessive alias count/],
    ['nesting without end', '['.repeat(10_000), /^error: a\.yaml: is nested too deeply\n$/],
    [
      'JSON nesting without end',
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      /^error: a\.yaml: is nested too deeply\n$/,
    ],
    [
      'another version',
      session('', 'apiVersion: mcpsession.dev/v1'),
      /apiVersion "mcpsession\.dev\/v1" must be "mcpsession\.dev\/v1alpha1"/,
    ],
    ['no version', session('', '# none'), /apiVersion is missing, it must be/],
    ['an object that is none', '- 1\n', /is not a Kubernetes object/],
    ['nothing of ours', 'kind: Pod\napiVersion: v1\n', /^error: no McpSession found: none in a\.yaml\n$/],
    ['an empty file', '', /^error: no McpSession found/],
  ])('cannot judge %s', async (_name, text, problem) => {
    const outcome = await check({ 'a.yaml': text });
    expect(outcome.code).toBe(1);
    expect(outcome.err).toMatch(problem);
  });

  test('cannot judge what cannot be read, and says so beside the rest', async () => {
    writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0xe9, 0xff]));
    const outcome = await check(
      { 'a.yaml': session('  security: {privileged: true}\n') },
      { named: ['a.yaml', 'latin.yaml', 'none.yaml'] },
    );
    expect(outcome.code).toBe(1);
    expect(outcome.out).toContain('MCPS-101');
    expect(outcome.err).toMatch(/latin\.yaml: cannot be read: .*utf-8\nerror: none\.yaml: cannot be read: ENOENT/);
  });

  test('shows escapes of names instead of sending them to the terminal', async () => {
    const text = session('  security: {privileged: true}\n').replace('name: s1', 'name: "\\e[31m"');
    const outcome = await check({ 'a.yaml': text });
    expect(outcome.out).toContain('team-a/\\u{1b}[31m');
    expect(outcome.out).not.toContain('\u001b');
  });
});

/** Ten lines that stand for 10^10 items. */
function bomb(): string {
  const names = 'abcdefghijk'.split('');
  return names
    .slice(1)
    .map((name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${names[index]}`).join(',')}]\n`)
    .join('');
}
