// Keys, anchors, merges, documents and bytes of YAML that readers take differently.

import {
  all,
  apart,
  OK,
  PLACE,
  PRIVILEGED,
  SCHEMA,
  UNREADABLE,
  withBytes,
  yamlRead,
  yamlText,
  type EncodingCase,
} from './case.ts';

const LATER = 'kubectl keeps the last of two fields, and the server judges that one';

const keys: readonly EncodingCase[] = [
  apart('a field twice', yamlText('security: {privileged: true}\n  security: {privileged: false}'), {
    check: UNREADABLE,
    server: SCHEMA,
    kubectl: OK,
    because: LATER,
  }),
  apart('a field twice, the dangerous one last', yamlText('security: {privileged: false, privileged: true}'), {
    check: UNREADABLE,
    server: SCHEMA,
    kubectl: PRIVILEGED,
    because: LATER,
  }),
  apart('a field twice, once by escapes', yamlText('security: {privileged: false, "\\x70rivileged": true}'), {
    check: UNREADABLE,
    server: SCHEMA,
    kubectl: PRIVILEGED,
    because: LATER,
  }),
  yamlRead('a key by escapes', '"\\x73ecurity": {privileged: true}', PRIVILEGED),
  yamlRead('a key by "?"', '? security\n  : {privileged: true}', PRIVILEGED),
  ...[
    ['upper case', 'Security'],
    ['a long s', '\u017fecurity'],
    ['a zero-width space', 'secu\u200brity'],
    ['a blank behind it', '"security "'],
    ['nothing in it', '""'],
  ].map(([what = '', key = '']) => yamlRead(`a key with ${what}`, `${key}: {privileged: true}`, SCHEMA)),
  yamlRead('a key with a Kelvin sign', 'wor\u212aspace: {sizeLimit: 1Mi}', SCHEMA),
  yamlRead('a number as a key', '1: a', SCHEMA),
  yamlRead('a word for true as a key', 'yes: a', SCHEMA),
  apart('nothing as a key', yamlText('~: a'), { check: SCHEMA, server: UNREADABLE }),
  apart('a list as a key', yamlText('? [a]\n  : b'), { check: SCHEMA, server: UNREADABLE }),
  yamlRead('a number as the key of a map', 'nodeSelector: {1: a}', OK),
  yamlRead('a word for true as the key of a map', 'nodeSelector: {yes: a}', OK),
  yamlRead('a fraction as the key of a map', 'nodeSelector: {1.50: a}', OK),
  yamlRead('a number as a value of a map', 'nodeSelector: {a: 1}', SCHEMA),
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'].map((key) =>
    yamlRead(`the key ${key}`, `${key}: {privileged: true}`, SCHEMA),
  ),
  yamlRead('the key __proto__ of a map', 'nodeSelector: {__proto__: a}', SCHEMA),
  yamlRead('the key constructor of a map', 'nodeSelector: {constructor: a}', OK),
  yamlRead('a key and its value without a blank between', 'security: {privileged:true}', SCHEMA),
  yamlRead('a quoted key without a blank behind', 'security: {"privileged":true}', PRIVILEGED),
];

const BOMB = ['a: &a [x, x, x, x, x, x, x, x, x]', ...['b', 'c', 'd', 'e', 'f', 'g']].map((line, index) =>
  index === 0 ? line : `${line}: &${line} [${Array.from({ length: 9 }, () => `*${'abcdefg'[index - 1]}`).join(', ')}]`,
);

const anchors: readonly EncodingCase[] = [
  yamlRead('an anchor', 'command: [&a sleep, *a]', OK),
  yamlRead('an anchor on what is dangerous', 'security: &s {privileged: true}', PRIVILEGED),
  yamlRead('an anchor that is set twice', 'command: [&a sleep, &a "1", *a]', OK),
  yamlRead('an alias of nothing', 'command: [*nope]', UNREADABLE),
  apart('an alias of itself', yamlText('command: &c [*c]'), { check: SCHEMA, server: UNREADABLE }),
  yamlRead('a bomb of aliases', `nodeSelector:\n    ${BOMB.join('\n    ')}`, UNREADABLE),
  yamlRead('a merge', 'resources:\n    <<: {pids: 20}\n    cpu: "1"', OK),
  yamlRead('a merge of an anchor', 'resources: &r {pids: 20}\n  workspace:\n    <<: {sizeLimit: 1Mi}', OK),
  yamlRead('a merge of what is dangerous', 'security:\n    <<: {privileged: true}', PRIVILEGED),
  apart('two merges', yamlText('security:\n    <<: {privileged: true}\n    <<: {pidMode: host}'), {
    check: UNREADABLE,
    server: ['MCPS-101', 'MCPS-202'],
    because: 'a key twice, which the merge key is as well',
  }),
  yamlRead('a merge by its tag', 'security:\n    !!merge <<: {privileged: true}', PRIVILEGED),
  yamlRead('a merge in quotes', 'security:\n    "<<": {privileged: true}', SCHEMA),
  yamlRead('a merge of no map', 'security:\n    <<: 1', UNREADABLE),
  apart(
    'a merge behind a field that it has too',
    yamlText('security:\n    privileged: false\n    <<: {privileged: true}'),
    {
      check: UNREADABLE,
      server: SCHEMA,
      kubectl: PRIVILEGED,
      because: LATER,
    },
  ),
  apart(
    'a merge before a field that it has too',
    yamlText('security:\n    <<: {privileged: true}\n    privileged: false'),
    {
      check: UNREADABLE,
      server: SCHEMA,
      kubectl: OK,
      because: LATER,
    },
  ),
  apart('a merge of two that disagree', yamlText('security:\n    <<: [{privileged: true}, {privileged: false}]'), {
    check: UNREADABLE,
    server: SCHEMA,
    kubectl: PRIVILEGED,
    because: 'kubectl merges the list backwards',
  }),
];

const documents: readonly EncodingCase[] = [
  yamlRead('a start of the document', '', OK),
  apart('a directive of YAML 1.1', `%YAML 1.1\n---\n${yamlText('security: {privileged: yes}')}`, {
    check: PRIVILEGED,
    server: PRIVILEGED,
    kubectl: UNREADABLE,
    because: 'kubectl takes what is before "---" for a document of its own',
  }),
  apart('a directive of YAML 1.2', `%YAML 1.2\n---\n${yamlText('security: {privileged: yes}')}`, {
    check: SCHEMA,
    server: UNREADABLE,
  }),
  all('a directive of YAML 2.0', `%YAML 2.0\n---\n${yamlText()}`, UNREADABLE),
  apart('a directive for tags', `%TAG !e! tag:yaml.org,2002:\n---\n${yamlText('workingDir: !e!str /workspace')}`, {
    check: OK,
    server: OK,
    kubectl: UNREADABLE,
  }),
  all('an empty document before', `# nothing\n---\n${yamlText()}`, OK),
  yamlRead('a comment', 'workingDir: /workspace # a comment', OK),
  yamlRead('a hash that is no comment', 'workingDir: /work#x', OK),
  yamlRead('a text over two lines', 'env:\n  - name: A\n    value: >-\n      a\n      b', OK),
  yamlRead('a text of lines', 'env:\n  - name: A\n    value: |\n      a\n      b', ['MCPS-606']),
  yamlRead('a comma at the end', 'command: [sleep,]', OK),
  yamlRead('two commas', 'command: [sleep,,x]', UNREADABLE),
  yamlRead('an open bracket', 'command: [sleep', UNREADABLE),
  yamlRead('a tab before a field', '\tcommand: [sleep]', UNREADABLE),
  yamlRead('a tab behind a colon', 'command:\t[sleep]', OK),
  yamlRead('two colons', 'workingDir: /a: b', UNREADABLE),
  yamlRead('a backquote', 'workingDir: `x', UNREADABLE),
  yamlRead('an escape that is none', 'workingDir: "/a\\qb"', UNREADABLE),
  yamlRead('lists in lists', `command: ${'['.repeat(200)}${']'.repeat(200)}`, SCHEMA),
  yamlRead('twenty thousand lists', `command: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, UNREADABLE),
];

const characters: readonly EncodingCase[] = [
  all('a byte order mark', `\ufeff${yamlText()}`, OK),
  yamlRead('a byte order mark in a path', 'workingDir: "/work\ufeffspace"', PLACE),
  ...(['utf16le', 'utf16be'] as const).map((encoding) => {
    const little = Buffer.from(`\ufeff${yamlText('security: {privileged: true}')}`, 'utf16le');
    const text = encoding === 'utf16le' ? little : little.swap16();
    return apart(`text as ${encoding}`, text, { check: UNREADABLE, server: PRIVILEGED });
  }),
  ...[
    { title: 'a byte that is no UTF-8', bytes: [0xff], kubectl: OK },
    { title: 'a slash in two bytes', bytes: [0xc0, 0xaf], kubectl: OK },
    { title: 'half of a pair in three bytes', bytes: [0xed, 0xa0, 0x80], kubectl: OK },
  ].map(({ title, bytes, kubectl }) =>
    apart(title, withBytes(yamlText('env: [{name: A, value: "aBYTESb"}]'), bytes), {
      check: UNREADABLE,
      server: UNREADABLE,
      kubectl,
    }),
  ),
  ...['\u0000', '\u0007', '\u007f', '\u0090'].map((character) =>
    apart(
      `U+${character.charCodeAt(0).toString(16).padStart(4, '0')} in a path`,
      yamlText(`workingDir: "/a${character}b"`),
      {
        check: PLACE,
        server: UNREADABLE,
      },
    ),
  ),
  yamlRead('an escaped NUL in a path', 'workingDir: "/a\\0b"', PLACE),
  yamlRead('an escaped NUL in a value', 'env: [{name: A, value: "a\\x00b"}]', ['MCPS-606']),
  yamlRead('half of a pair by an escape', 'env: [{name: A, value: "\\ud800"}]', UNREADABLE),
  apart('a pair by two escapes', yamlText('env: [{name: A, value: "\\ud83d\\ude00"}]'), {
    check: OK,
    server: UNREADABLE,
  }),
  yamlRead('a character by one escape', 'env: [{name: A, value: "\\U0001F600"}]', OK),
  yamlRead('a character beyond Unicode', 'env: [{name: A, value: "\\U00110000"}]', UNREADABLE),
  yamlRead('a line separator in a path', 'workingDir: "/a\u2028b"', PLACE),
  all('lines that end as those of Windows', yamlText('command: [sleep]').replaceAll('\n', '\r\n'), OK),
  apart('lines that end as those of old machines', yamlText('command: [sleep]').replaceAll('\n', '\r'), {
    check: UNREADABLE,
    server: OK,
  }),
  apart('lines that end with U+0085', yamlText().replaceAll('\n', '\u0085'), { check: UNREADABLE, server: OK }),
  yamlRead('a colon of another script', 'command\uff1a [sleep]', UNREADABLE),
];

export const yamlShapes: readonly EncodingCase[] = [...keys, ...anchors, ...documents, ...characters];
