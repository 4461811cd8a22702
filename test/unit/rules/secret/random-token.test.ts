import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { holdsRandomToken } from '../../../../src/rules/secret/random-token.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Words as an issuer of keys makes them, the same in every run. */
function randomWord(seed: string, length: number): string {
  const bytes = [0, 1, 2, 3, 4].flatMap((part) => [...createHash('sha512').update(`${seed} ${part}`).digest()]);
  return bytes
    .filter((byte) => byte < 248)
    .slice(0, length)
    .map((byte) => ALPHABET[byte % 62])
    .join('');
}

describe('S0.L3.02 values that look random', () => {
  test.each([
    { length: 24, least: 0.85 },
    { length: 32, least: 0.9 },
    { length: 40, least: 0.95 },
    { length: 64, least: 0.98 },
  ])('finds keys of $length characters', ({ length, least }) => {
    const words = Array.from({ length: 400 }, (_, index) => randomWord(`${length} ${index}`, length));
    expect(words.filter(holdsRandomToken).length / words.length).toBeGreaterThanOrEqual(least);
  });

  test.each([
    'Bearer KEY',
    '--token=KEY',
    'token: "KEY"',
    '{"apiToken":"KEY"}',
    'x;KEY;y',
    'https://example.com/?sig=KEY',
  ])('finds a key inside %s', (text) => {
    expect(holdsRandomToken(text.replace('KEY', randomWord('inside', 40)))).toBe(true);
  });

  /** K-12: what is random, or long, or mixed, and no secret. */
  const benign: readonly string[] = [
    ...[
      '',
      'debug',
      '8080',
      'true',
      'hello world',
      'https://example.com/a/b?c=d',
      'postgres://db:5432/app',
      'en_US.UTF-8',
    ],
    ...[
      '123e4567-e89b-12d3-a456-426614174000',
      '123E4567-E89B-12D3-A456-426614174000',
      '0123456789abcdef0123456789abcdef',
    ],
    ...['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b', `sha256:${'0a1b'.repeat(16)}`, `python@sha256:${'ab'.repeat(32)}`],
    ...['sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=='],
    ...[
      'sha1-1234567890abcdefABCDEF1234567890abc=',
      'md5:d41d8cd98f00b204e9800998ecf8427e',
      '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    ],
    ...[
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    ],
    ...[
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
      'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
    ],
    ...[
      '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQE',
      'PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg',
    ],
    ...['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@example.com'],
    ...[
      '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ2Fub24Ab3dEf6GhI9jKl2MnO5pQr8StU1vWx4Yz7\n-----END CERTIFICATE-----',
    ],
    ...['2026-11-21T10:00:00.000Z', '20261121T100000Z', 'v1.2.3-20240101T120000Z-build42', '1.32.0-alpha.1+5fe72c0b'],
    ...[
      'task-list-of-the-week-number-42',
      'risk-free-investment-Plan-2026',
      'MyCompany.Service2.Api.V1Beta3.Controller',
    ],
    ...[
      'arn:aws:iam::123456789012:role/MyRole2WithLongName34',
      'projects/my-Project1/locations/EuropeWest4/keyRings/Ring2',
    ],
    ...[
      '/usr/local/lib/python3.13/site-packages/Foo2Bar3/Baz4',
      'C3POandR2D2LikeLongWalksOnBeaches',
      'UTF8toUTF16andISO88591',
    ],
    ...[
      'org.apache.kafka.common.serialization.StringDeserializer2',
      'com.example.MyClass2Factory3Impl4',
      'eu-West1-Cluster2-Pool3-Zone4b',
    ],
    ...['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36'],
    ...[
      '-Xmx512m -XX:+UseG1GC -XX:MaxGCPauseMillis=200 -Dfile.encoding=UTF-8',
      'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    ],
    ...[
      'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
      'GOOGLE_APPLICATION_CREDENTIALS_JSON2',
      'aaaaaaaaaaaaaaaaaaaaaaaaAAAA11',
    ],
    ...[
      'npm/11.4.2 node/v24.4.0 linux x64 workspaces/false',
      '$HOME/.local/share/App2/Data3',
      'Привет, мир! Ещё раз, и ещё 42 раза',
    ],
    ...[
      '0x7fFfFfFf00000000',
      '%Y-%m-%dT%H:%M:%S.%fZ',
      'SELECT Id2, Name3 FROM Table4 WHERE Col5 = 6',
      'Ab1'.repeat(30),
    ],
  ];
  test.each(benign)('K-12 stays silent on %j', (value) => {
    expect(holdsRandomToken(value)).toBe(false);
  });
});
