// JSON that readers take differently. `check` reads it as YAML, of which it is a part, and so does kubectl where it is no JSON.

import {
  all,
  type EncodingCase,
  jsonText,
  OK,
  PLACE,
  PRIVILEGED,
  type Reading,
  ROOT,
  SCHEMA,
  UNREADABLE,
  withBytes,
} from './case.ts';

const both = (title: string, members: string, reading: Reading): EncodingCase => all(title, jsonText(members), reading);

const LATER = 'kubectl keeps the last of two fields, and the server judges that one';

/** No JSON, but YAML: the API server does not read it as JSON, and those who read YAML agree. */
const yamlOnly = (title: string, text: string, reading: Reading): EncodingCase => ({
  title,
  text,
  check: reading,
  server: UNREADABLE,
  kubectl: reading,
});

const twice = (title: string, members: string, last: Reading): EncodingCase => ({
  title,
  text: jsonText(members),
  check: UNREADABLE,
  server: SCHEMA,
  kubectl: last,
  because: LATER,
});

const keys: readonly EncodingCase[] = [
  both('plain', '', OK),
  twice('a member twice', '"security":{"privileged":true},"security":{"privileged":false}', OK),
  twice('a member twice, the dangerous one last', '"security":{"privileged":false,"privileged":true}', PRIVILEGED),
  twice('a member twice, once by escapes', '"security":{"privileged":false,"\\u0070rivileged":true}', PRIVILEGED),
  twice('a member twice, the harmless one last', '"security":{"privileged":true,"\\u0070rivileged":false}', OK),
  both('a key by escapes', '"\\u0073ecurity":{"privileged":true}', PRIVILEGED),
  both('a key in upper case', '"Security":{"privileged":true}', SCHEMA),
  both('an inner key in upper case', '"security":{"PRIVILEGED":true}', SCHEMA),
  both('a key with a long s', '"\u017fecurity":{"privileged":true}', SCHEMA),
  both('a key with a Kelvin sign', '"wor\u212aspace":{"sizeLimit":"1Mi"}', SCHEMA),
  both('a key with a NUL', '"security\\u0000":{"privileged":true}', SCHEMA),
  ...['__proto__', 'constructor', 'prototype', 'toString'].map((key) =>
    both(`the key ${key}`, `"${key}":{"privileged":true}`, SCHEMA),
  ),
  both('the key __proto__ of a map', '"nodeSelector":{"__proto__":"a"}', SCHEMA),
  both('a merge key, which JSON has not', '"security":{"<<":{"privileged":true}}', SCHEMA),
  both('a key of 100000 characters', `"${'k'.repeat(100_000)}":1`, SCHEMA),
];

const numbers: readonly EncodingCase[] = [
  ...['0', '-0', '-0.0', '0e5', '1e-400'].map((written) =>
    both(`a user ${written}`, `"user":{"uid":${written}}`, ROOT),
  ),
  ...['1e3', '1000.0', '1000.00000000000000001', '0.99999999999999999999'].map((written) =>
    both(`a user ${written}`, `"user":{"uid":${written}}`, OK),
  ),
  ...['9007199254740993', '18446744073709552617', '1e400', '1.5', '-1', '"1000"', 'true', '[0]', '{}'].map((written) =>
    both(`a user ${written}`, `"user":{"uid":${written}}`, SCHEMA),
  ),
  ...['010', '+10', '0x10'].map((written) => yamlOnly(`a user ${written}`, jsonText(`"user":{"uid":${written}}`), OK)),
  ...['NaN', 'Infinity'].map((written) => yamlOnly(`a user ${written}`, jsonText(`"user":{"uid":${written}}`), SCHEMA)),
];

const texts: readonly EncodingCase[] = [
  both('an escaped NUL in a path', '"workingDir":"/a\\u0000b"', PLACE),
  both('an escaped slash', '"workingDir":"\\/workspace"', OK),
  both('a pair by two escapes', '"env":[{"name":"A","value":"\\ud83d\\ude00"}]', OK),
  {
    title: 'half of a pair by an escape, of which the API server makes another character',
    text: jsonText('"env":[{"name":"A","value":"\\ud800"}]'),
    check: UNREADABLE,
    server: OK,
  },
  {
    title: 'half of a pair in a key',
    text: jsonText('"nodeSelector":{"\\udc00":"a"}'),
    check: UNREADABLE,
    server: OK,
  },
  {
    title: 'a backslash before the letters of such an escape',
    text: jsonText('"env":[{"name":"A","value":"\\\\ud800"}]'),
    check: OK,
    server: OK,
  },
  {
    title: 'a byte that is no UTF-8',
    text: withBytes(jsonText('"env":[{"name":"A","value":"aBYTESb"}]'), [0xff]),
    check: UNREADABLE,
    server: OK,
    because: 'the API server makes U+FFFD of it, and judges that',
  },
  both('U+0085, U+2028 and U+007F in a value', '"env":[{"name":"A","value":"a\u0085b\u2028c\u007fd"}]', OK),
  yamlOnly('a line feed in a text', jsonText('"env":[{"name":"A","value":"a\nb"}]'), OK),
  yamlOnly('an escape of YAML alone', jsonText('"workingDir":"\\x2fworkspace"'), OK),
];

const documents: readonly EncodingCase[] = [
  both('nothing but white space around', '', OK),
  yamlOnly('a comma at the end', jsonText('"command":["sleep",]'), OK),
  yamlOnly('a comma at the end of what is dangerous', jsonText('"security":{"privileged":true,}'), PRIVILEGED),
  yamlOnly('a word of YAML', jsonText('"security":{"privileged":yes}'), PRIVILEGED),
  yamlOnly('an anchor', jsonText('"command":[&a "sleep",*a]'), OK),
  yamlOnly('single quotes', jsonText().replaceAll('"', "'"), OK),
  yamlOnly('a byte order mark', `\ufeff${jsonText()}`, OK),
  all('a second value behind', `${jsonText()}x`, UNREADABLE),
  all('text as UTF-16', Buffer.from(jsonText(), 'utf16le'), UNREADABLE),
  all('a list', '[]', UNREADABLE),
  all('a number', '5', UNREADABLE),
  both('lists in lists', `"command":${'['.repeat(200)}${']'.repeat(200)}`, SCHEMA),
  {
    title: 'null for security',
    text: jsonText('"security":null'),
    check: SCHEMA,
    server: OK,
    because: 'the API server takes null for "not given"',
  },
];

export const jsonEncodings: readonly EncodingCase[] = [...keys, ...numbers, ...texts, ...documents];
