import { expect, test } from 'vitest';

import { createOwnedContainers } from '../../../src/docker/owned-containers.ts';

const id = 'ab'.repeat(32);

test('lets through only what was seen with our labels', () => {
  const owned = createOwnedContainers();
  expect(() => owned.require(id, 'remove')).toThrow(
    'refused to remove container abababababab: it was not seen with the labels of this cluster and node; inspect it first',
  );
  owned.add(id);
  expect(() => owned.require(id, 'remove')).not.toThrow();
  expect(owned.has(id)).toBe(true);
});

test('forgets the oldest rather than growing for ever', () => {
  const owned = createOwnedContainers();
  owned.add(id);
  for (let index = 0; index < 20_000; index += 1) owned.add(String(index));
  expect(owned.has(id)).toBe(false);
});
