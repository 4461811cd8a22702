// YAML that readers take differently: words, numbers, tags, keys, anchors, merges, documents and bytes.

import {
  all,
  type EncodingCase,
  OK,
  PLACE,
  PRIVILEGED,
  type Reading,
  ROOT,
  SCHEMA,
  UNREADABLE,
  withBytes,
  yamlText,
} from './case.ts';

const both = (title: string, lines: string, reading: Reading): EncodingCase => all(title, yamlText(lines), reading);
const uid = (written: string, reading: Reading): EncodingCase =>
  both(`a user written ${written}`, `user: {uid: ${written}}`, reading);
const apart = (
  title: string,
  text: EncodingCase['text'],
  readings: Pick<EncodingCase, 'check' | 'server' | 'kubectl' | 'because'>,
): EncodingCase => ({ title, text, ...readings });

const NULLS = 'the API server takes null for "not given"';
const LATER = 'kubectl keeps the last of two fields, and the server judges that one';

const words: readonly EncodingCase[] = [
  ...['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'y', 'Y'].map((word) =>
    both(`privileged: ${word}`, `security: {privileged: ${word}}`, PRIVILEGED),
  ),
  ...['false', 'FALSE', 'no', 'No', 'off', 'OFF', 'n', 'N'].map((word) =>
    both(`privileged: ${word}`, `security: {privileged: ${word}}`, OK),
  ),
  ...['tRue', 'yEs', '1', '"true"', "'yes'"].map((word) =>
    both(`privileged: ${word}`, `security: {privileged: ${word}}`, SCHEMA),
  ),
  both('a country that is a word for false', 'env: [{name: COUNTRY, value: NO}]', SCHEMA),
  both('a country in quotes', 'env: [{name: COUNTRY, value: "NO"}]', OK),
  ...['2001-01-01', '12:30', '12:30:45', '=', '0x'].map((value) =>
    both(`a value that stays text: ${value}`, `env:\n  - name: A\n    value: ${value}`, OK),
  ),
  ...['8080', '1.5', '0x1F', '1e3', '1_000', '1_', '010'].map((value) =>
    both(`a value that is a number: ${value}`, `env: [{name: A, value: ${value}}]`, SCHEMA),
  ),
  apart('a value of one dot', yamlText('env: [{name: A, value: .}]'), { check: SCHEMA, server: OK }),
  apart('a command of one dash', yamlText('command: [-]'), { check: UNREADABLE, server: OK }),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) =>
    apart(`security: ${word}`, yamlText(`security: ${word}`), { check: SCHEMA, server: OK, because: NULLS }),
  ),
  apart('a variable without its value', yamlText('env:\n  - name: A\n    value:'), {
    check: SCHEMA,
    server: ['MCPS-607'],
    because: NULLS,
  }),
];

const numbers: readonly EncodingCase[] = [
  ...['0', '00', '-0', '+0', '0x0', '0b0', '0.0', '0_0', '0e0'].map((written) => uid(written, ROOT)),
  ...['010', '08', '0x10', '0b11', '1_000', '+10', '1e3', '1.0e3', '1.0e+3', '10.0', '10.'].map((written) =>
    uid(written, OK),
  ),
  ...['9007199254740993', '4294967296', '18446744073709552617', '1e400', '-0x1', '1.5', '1:30', '"10"'].map((written) =>
    uid(written, SCHEMA),
  ),
  ...['.inf', '-.inf', '.nan'].map((written) =>
    apart(`a user written ${written}`, yamlText(`user: {uid: ${written}}`), { check: SCHEMA, server: UNREADABLE }),
  ),
  apart('a user written 0o10', yamlText('user: {uid: 0o10}'), {
    check: SCHEMA,
    server: OK,
    because: 'octal of YAML 1.2, which kubectl takes as well',
  }),
  both('a quantity without quotes', 'resources: {cpu: 1}', SCHEMA),
  both('a quantity with a fraction, without quotes', 'resources: {cpu: 1.5}', SCHEMA),
  both('a quantity with underscores', 'resources: {memory: 536_870_912}', SCHEMA),
];

const tags: readonly EncodingCase[] = [
  both('!!bool', 'security: {privileged: !!bool "true"}', PRIVILEGED),
  both('!!str over a word', 'security: {privileged: !!str true}', SCHEMA),
  both('!!int', 'resources: {pids: !!int "20"}', OK),
  both('a tag in full', 'workingDir: !<tag:yaml.org,2002:str> /workspace', OK),
  both('the tag of nobody', 'workingDir: ! /workspace', OK),
  both('!!map', 'resources: !!map {pids: 20}', OK),
  both('!!seq', 'command: !!seq [sleep]', OK),
  ...['!!binary L3dvcmtzcGFjZQ==', '!foo /workspace', '!!python/object:os.system /workspace'].map((value) =>
    apart(`tagged ${value}`, yamlText(`workingDir: ${value}`), { check: UNREADABLE, server: OK }),
  ),
  apart('!!float', yamlText('resources: {pids: !!float 20}'), { check: UNREADABLE, server: OK }),
  apart('!!timestamp', yamlText('env: [{name: A, value: !!timestamp 2001-01-01}]'), {
    check: UNREADABLE,
    server: OK,
  }),
  ...['!!set {a}', '!!omap [a: 1]'].map((value) =>
    apart(`tagged ${value}`, yamlText(`command: ${value}`), { check: UNREADABLE, server: SCHEMA }),
  ),
];

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
  both('a key by escapes', '"\\x73ecurity": {privileged: true}', PRIVILEGED),
  both('a key by "?"', '? security\n  : {privileged: true}', PRIVILEGED),
  ...[
    ['upper case', 'Security'],
    ['a long s', '\u017fecurity'],
    ['a zero-width space', 'secu\u200brity'],
    ['a blank behind it', '"security "'],
    ['nothing in it', '""'],
  ].map(([what = '', key = '']) => both(`a key with ${what}`, `${key}: {privileged: true}`, SCHEMA)),
  both('a key with a Kelvin sign', 'wor\u212aspace: {sizeLimit: 1Mi}', SCHEMA),
  both('a number as a key', '1: a', SCHEMA),
  both('a word for true as a key', 'yes: a', SCHEMA),
  apart('nothing as a key', yamlText('~: a'), { check: SCHEMA, server: UNREADABLE }),
  apart('a list as a key', yamlText('? [a]\n  : b'), { check: SCHEMA, server: UNREADABLE }),
  both('a number as the key of a map', 'nodeSelector: {1: a}', OK),
  both('a word for true as the key of a map', 'nodeSelector: {yes: a}', OK),
  both('a fraction as the key of a map', 'nodeSelector: {1.50: a}', OK),
  both('a number as a value of a map', 'nodeSelector: {a: 1}', SCHEMA),
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'].map((key) =>
    both(`the key ${key}`, `${key}: {privileged: true}`, SCHEMA),
  ),
  both('the key __proto__ of a map', 'nodeSelector: {__proto__: a}', SCHEMA),
  both('the key constructor of a map', 'nodeSelector: {constructor: a}', OK),
  both('a key and its value without a blank between', 'security: {privileged:true}', SCHEMA),
  both('a quoted key without a blank behind', 'security: {"privileged":true}', PRIVILEGED),
];

const BOMB = ['a: &a [x, x, x, x, x, x, x, x, x]', ...['b', 'c', 'd', 'e', 'f', 'g']].map((line, index) =>
  index === 0 ? line : `${line}: &${line} [${Array.from({ length: 9 }, () => `*${'abcdefg'[index - 1]}`).join(', ')}]`,
);

const anchors: readonly EncodingCase[] = [
  both('an anchor', 'command: [&a sleep, *a]', OK),
  both('an anchor on what is dangerous', 'security: &s {privileged: true}', PRIVILEGED),
  both('an anchor that is set twice', 'command: [&a sleep, &a "1", *a]', OK),
  both('an alias of nothing', 'command: [*nope]', UNREADABLE),
  apart('an alias of itself', yamlText('command: &c [*c]'), { check: SCHEMA, server: UNREADABLE }),
  both('a bomb of aliases', `nodeSelector:\n    ${BOMB.join('\n    ')}`, UNREADABLE),
  both('a merge', 'resources:\n    <<: {pids: 20}\n    cpu: "1"', OK),
  both('a merge of an anchor', 'resources: &r {pids: 20}\n  workspace:\n    <<: {sizeLimit: 1Mi}', OK),
  both('a merge of what is dangerous', 'security:\n    <<: {privileged: true}', PRIVILEGED),
  both('two merges', 'security:\n    <<: {privileged: true}\n    <<: {pidMode: host}', ['MCPS-101', 'MCPS-202']),
  both('a merge by its tag', 'security:\n    !!merge <<: {privileged: true}', PRIVILEGED),
  both('a merge in quotes', 'security:\n    "<<": {privileged: true}', SCHEMA),
  both('a merge of no map', 'security:\n    <<: 1', UNREADABLE),
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
  both('a start of the document', '', OK),
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
  both('a comment', 'workingDir: /workspace # a comment', OK),
  both('a hash that is no comment', 'workingDir: /work#x', OK),
  both('a text over two lines', 'env:\n  - name: A\n    value: >-\n      a\n      b', OK),
  both('a text of lines', 'env:\n  - name: A\n    value: |\n      a\n      b', ['MCPS-606']),
  both('a comma at the end', 'command: [sleep,]', OK),
  both('two commas', 'command: [sleep,,x]', UNREADABLE),
  both('an open bracket', 'command: [sleep', UNREADABLE),
  both('a tab before a field', '\tcommand: [sleep]', UNREADABLE),
  both('a tab behind a colon', 'command:\t[sleep]', OK),
  both('two colons', 'workingDir: /a: b', UNREADABLE),
  both('a backquote', 'workingDir: `x', UNREADABLE),
  both('an escape that is none', 'workingDir: "/a\\qb"', UNREADABLE),
  both('lists in lists', `command: ${'['.repeat(200)}${']'.repeat(200)}`, SCHEMA),
  both('twenty thousand lists', `command: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, UNREADABLE),
];

const characters: readonly EncodingCase[] = [
  all('a byte order mark', `\ufeff${yamlText()}`, OK),
  both('a byte order mark in a path', 'workingDir: "/work\ufeffspace"', PLACE),
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
  both('an escaped NUL in a path', 'workingDir: "/a\\0b"', PLACE),
  both('an escaped NUL in a value', 'env: [{name: A, value: "a\\x00b"}]', ['MCPS-606']),
  both('half of a pair by an escape', 'env: [{name: A, value: "\\ud800"}]', UNREADABLE),
  apart('a pair by two escapes', yamlText('env: [{name: A, value: "\\ud83d\\ude00"}]'), {
    check: OK,
    server: UNREADABLE,
  }),
  both('a character by one escape', 'env: [{name: A, value: "\\U0001F600"}]', OK),
  both('a character beyond Unicode', 'env: [{name: A, value: "\\U00110000"}]', UNREADABLE),
  both('a line separator in a path', 'workingDir: "/a\u2028b"', PLACE),
  all('lines that end as those of Windows', yamlText('command: [sleep]').replaceAll('\n', '\r\n'), OK),
  apart('lines that end as those of old machines', yamlText('command: [sleep]').replaceAll('\n', '\r'), {
    check: UNREADABLE,
    server: OK,
  }),
  apart('lines that end with U+0085', yamlText().replaceAll('\n', '\u0085'), { check: UNREADABLE, server: OK }),
  both('a colon of another script', 'command\uff1a [sleep]', UNREADABLE),
];

export const yamlEncodings: readonly EncodingCase[] = [
  ...words,
  ...numbers,
  ...tags,
  ...keys,
  ...anchors,
  ...documents,
  ...characters,
];
