import { expect, test } from 'vitest';

import { answerMessage, parseQuestion } from '../../../../hack/cluster/dns/message.ts';
import { serviceOf } from '../../../../hack/cluster/dns/service-addresses.ts';

/** A standard query for the A records of a name. */
function query(name: string, { flags = 0x0100, questions = 1 } = {}): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0xbeef, 0);
  header.writeUInt16BE(flags, 2);
  header.writeUInt16BE(questions, 4);
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}

test('reads the question of a query, its name in lower case', () => {
  const message = query('Webhook.mcp.svc.cluster.local');
  expect(parseQuestion(message)).toEqual({
    id: 0xbeef,
    wantsRecursion: true,
    name: 'webhook.mcp.svc.cluster.local',
    type: 1,
    bytes: message.subarray(12),
  });
});

test.each([
  { name: 'an answer', given: query('a.b', { flags: 0x8100 }) },
  { name: 'two questions', given: query('a.b', { questions: 2 }) },
  { name: 'a message that is cut short', given: query('a.b').subarray(0, -3) },
  {
    name: 'a name that points elsewhere',
    given: Buffer.concat([query('a').subarray(0, 12), Buffer.from([0xc0, 0x0c, 0, 1, 0, 1])]),
  },
  { name: 'less than a header', given: Buffer.alloc(5) },
])('gives no answer to $name', ({ given }) => {
  expect(parseQuestion(given)).toBeNull();
});

test('repeats the question and adds one record per address', () => {
  const message = query('a.b');
  const question = parseQuestion(message);
  if (question === null) throw new Error('no question');
  const answer = answerMessage(question, { code: 'noError', addresses: ['10.96.0.1', '10.244.1.7'], ttlSeconds: 1 });
  const record = (last: string): string => `c00c00010001000000010004${last}`;
  expect(answer.toString('hex')).toBe(
    `beef85000001000200000000${message.subarray(12).toString('hex')}${record('0a600001')}${record('0af40107')}`,
  );
});

test('says that a name does not exist', () => {
  const question = parseQuestion(query('a.b'));
  if (question === null) throw new Error('no question');
  const answer = answerMessage(question, { code: 'noSuchName', addresses: [], ttlSeconds: 1 });
  expect(answer.readUInt16BE(2) & 0xf).toBe(3);
});

test.each([
  { given: 'webhook.mcp.svc.cluster.local', want: { name: 'webhook', namespace: 'mcp' } },
  { given: 'mcp.svc.cluster.local', want: null },
  { given: 'a.b.c.svc.cluster.local', want: null },
  { given: '../x.mcp.svc.cluster.local', want: null },
  { given: 'webhook.mcp.svc', want: null },
])('finds the Service of $given', ({ given, want }) => {
  expect(serviceOf(given)).toEqual(want);
});
