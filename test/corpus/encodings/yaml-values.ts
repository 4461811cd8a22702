// Words, numbers and tags of YAML that readers take differently.

import {
  apart,
  OK,
  PRIVILEGED,
  ROOT,
  SCHEMA,
  UNREADABLE,
  yamlRead,
  yamlText,
  type EncodingCase,
  type Reading,
} from './case.ts';

const NULLS = 'the API server takes null for "not given"';

const uid = (written: string, reading: Reading): EncodingCase =>
  yamlRead(`a user written ${written}`, `user: {uid: ${written}}`, reading);

const words: readonly EncodingCase[] = [
  ...['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'y', 'Y'].map((word) =>
    yamlRead(`privileged: ${word}`, `security: {privileged: ${word}}`, PRIVILEGED),
  ),
  ...['false', 'FALSE', 'no', 'No', 'off', 'OFF', 'n', 'N'].map((word) =>
    yamlRead(`privileged: ${word}`, `security: {privileged: ${word}}`, OK),
  ),
  ...['tRue', 'yEs', '1', '"true"', "'yes'"].map((word) =>
    yamlRead(`privileged: ${word}`, `security: {privileged: ${word}}`, SCHEMA),
  ),
  yamlRead('a country that is a word for false', 'env: [{name: COUNTRY, value: NO}]', SCHEMA),
  yamlRead('a country in quotes', 'env: [{name: COUNTRY, value: "NO"}]', OK),
  ...['2001-01-01', '12:30', '12:30:45', '=', '0x'].map((value) =>
    yamlRead(`a value that stays text: ${value}`, `env:\n  - name: A\n    value: ${value}`, OK),
  ),
  ...['8080', '1.5', '0x1F', '1e3', '1_000', '1_', '010'].map((value) =>
    yamlRead(`a value that is a number: ${value}`, `env: [{name: A, value: ${value}}]`, SCHEMA),
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
  yamlRead('a quantity without quotes', 'resources: {cpu: 1}', SCHEMA),
  yamlRead('a quantity with a fraction, without quotes', 'resources: {cpu: 1.5}', SCHEMA),
  yamlRead('a quantity with underscores', 'resources: {memory: 536_870_912}', SCHEMA),
];

const tags: readonly EncodingCase[] = [
  yamlRead('!!bool', 'security: {privileged: !!bool "true"}', PRIVILEGED),
  yamlRead('!!str over a word', 'security: {privileged: !!str true}', SCHEMA),
  yamlRead('!!int', 'resources: {pids: !!int "20"}', OK),
  yamlRead('a tag in full', 'workingDir: !<tag:yaml.org,2002:str> /workspace', OK),
  yamlRead('the tag of nobody', 'workingDir: ! /workspace', OK),
  yamlRead('!!map', 'resources: !!map {pids: 20}', OK),
  yamlRead('!!seq', 'command: !!seq [sleep]', OK),
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

export const yamlValues: readonly EncodingCase[] = [...words, ...numbers, ...tags];
