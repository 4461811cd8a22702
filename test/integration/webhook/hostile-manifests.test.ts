// What `mcpsession check` makes of manifests that are built to cost time or memory: an answer, within a bound.

import { expect, test } from 'vitest';
import { judgeObject } from '../../../src/cli/check/judge-object.ts';
import { readYaml } from '../../../src/config/read-yaml.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { spentMs } from '../../support/cpu-time.ts';
import { hostileReviews } from '../../support/hostile-reviews.ts';

const read = (text: string) => readYaml(text, 'f');
const HEAD = 'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: a}\n';

/** What one object may cost `check`, beside starting Node: reading YAML is dearer than reading JSON. */
const MAX_CPU_MS = 400;

test.each([
  { name: 'labels', given: `${HEAD}labels: {${Array.from({ length: 60_000 }, (_, at) => `k${at}: v`).join()}}` },
  {
    name: 'labels below the bound',
    given: `${HEAD}labels: {${Array.from({ length: 15_000 }, (_, at) => `k${at}: v`).join()}}`,
  },
  { name: 'numbers', given: `${HEAD}spec: {command: [${'1,'.repeat(690_000)}1]}` },
  { name: 'brackets', given: '['.repeat(1_400_000) },
  { name: 'closing brackets', given: `${HEAD}spec: ${'}'.repeat(1_400_000)}` },
  { name: 'dashes', given: '- '.repeat(700_000) },
  { name: 'colons', given: 'a:'.repeat(700_000) },
  { name: 'quotes', given: '"'.repeat(1_400_000) },
  { name: 'directives', given: '%a\n'.repeat(460_000) },
  { name: 'documents', given: '---\n'.repeat(350_000) },
  { name: 'comments', given: '#\n'.repeat(700_000) },
  { name: 'anchors', given: '&a '.repeat(460_000) },
  {
    name: 'aliases of aliases',
    given: `a: &a [x,x,x,x,x,x,x,x]\n${Array.from({ length: 30 }, (_, at) => `b${at}: &b${at} [${Array.from({ length: 8 }, () => (at === 0 ? '*a' : `*b${at - 1}`)).join()}]`).join('\n')}`,
  },
  { name: 'folded lines', given: `a: >\n${' x\n\n'.repeat(350_000)}` },
  { name: 'one text', given: `${HEAD}spec: {image: ${'a'.repeat(1_400_000)}}` },
])('1.4 MB of $name get an answer in time', ({ given }) => {
  expect(spentMs(() => void read(given), MAX_CPU_MS)).toBeLessThan(MAX_CPU_MS);
});

/** The rules are those of the webhook, which are tried with all of them in hostile-decisions.test.ts. */
const someReviews = hostileReviews.filter(({ name }) => !name.startsWith('every text'));

test.each(someReviews)('what is posted to the webhook, given to check: $name', ({ body, want }) => {
  const text = body();
  let objects: readonly unknown[] = [];
  const judge = () => {
    const result = read(text);
    objects = result.ok
      ? result.value.map((review) => (review as { request?: { object?: unknown } }).request?.object)
      : [];
    return objects.map((object) => judgeObject(object, defaultPolicy()));
  };
  expect(spentMs(judge, MAX_CPU_MS)).toBeLessThan(MAX_CPU_MS);
  if (want !== 'allowed') return;
  expect(judge()).toMatchObject([{ kind: 'judged', violations: [] }]);
});
