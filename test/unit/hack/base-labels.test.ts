import { expect, test } from 'vitest';
import { baseLabels, describeBase } from '../../../hack/image/base-labels.ts';

const NAME = 'gcr.io/distroless/nodejs24-debian12:nonroot';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

test('a base from a registry is named with the digest that the registry gave it', () => {
  const digests = [
    `mirror.example.com/distroless/nodejs24-debian12@${OTHER}`,
    `gcr.io/distroless/nodejs24-debian12@${DIGEST}`,
  ];
  const labels = baseLabels(NAME, JSON.stringify(digests));
  expect(labels).toEqual({
    'org.opencontainers.image.base.name': NAME,
    'org.opencontainers.image.base.digest': DIGEST,
  });
  expect(describeBase(labels)).toBe(`base digest ${DIGEST}; the same base again: --base ${NAME}@${DIGEST}`);
});

test('a base that was named by its digest keeps that name', () => {
  expect(baseLabels(`${NAME}@${DIGEST}`, '[]')).toEqual({
    'org.opencontainers.image.base.name': NAME,
    'org.opencontainers.image.base.digest': DIGEST,
  });
});

test('a port of a registry is not taken for a tag', () => {
  const digests = JSON.stringify([`registry.example.com:5000/node@${DIGEST}`]);
  expect(baseLabels('registry.example.com:5000/node', digests)).toHaveProperty(
    ['org.opencontainers.image.base.digest'],
    DIGEST,
  );
});

test.each(['null', '[]', `["elsewhere.example.com/node@${DIGEST}"]`])(
  'a base that no registry has given a digest says so: %s',
  (digests) => {
    const labels = baseLabels('mcps.local/node-base:24', digests);
    expect(labels).toEqual({ 'org.opencontainers.image.base.name': 'mcps.local/node-base:24' });
    expect(describeBase(labels)).toContain('not for release');
  },
);

test('what is no digest is refused', () => {
  expect(() => baseLabels('a:1', '["a@sha1:12"]')).toThrow(
    'the Docker Engine gives a:1 the digest "sha1:12", which is none',
  );
});
