import { describe, expect, test } from 'vitest';
import { decodeHeaderJson, encodeHeaderJson } from '../../../../src/process/node-protocol/header-json.ts';

describe('JSON in a header', () => {
  test('comes back as it was', () => {
    const value = { username: 'grüße\r\n: "x"', groups: ['a'] };
    const header = encodeHeaderJson(value, 'the caller');
    expect(header).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeHeaderJson(header, 'mcpsession-caller')).toEqual(value);
  });

  test('is null when it is left out', () => {
    expect(decodeHeaderJson(undefined, 'mcpsession-caller')).toBeNull();
  });

  test('is refused when it does not fit', () => {
    expect(() => encodeHeaderJson('x'.repeat(12_000), 'the caller')).toThrow(
      'the caller does not fit into a request header of 14000 bytes',
    );
  });

  test.each([
    { name: 'plain JSON', header: '{"username":"a"}' },
    { name: 'other base64', header: 'e30=' },
    { name: 'base64url of something else', header: 'aGk' },
    { name: 'nothing', header: '' },
    { name: 'two of them', header: ['e30', 'e30'] },
  ])('is refused when it is $name', ({ header }) => {
    expect(() => decodeHeaderJson(header, 'mcpsession-caller')).toThrow('mcpsession-caller is not base64url of JSON');
  });
});
