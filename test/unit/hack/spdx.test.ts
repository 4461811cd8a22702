import { expect, test } from 'vitest';
import { cratesOf, imageSpdx, type SpdxDocument } from '../../../hack/sbom/spdx.ts';

const pack = (name: string, versionInfo: string) => ({
  SPDXID: `SPDXRef-Package-${name}-${versionInfo}`,
  name,
  versionInfo,
});
const dependency = (of: string, on: string) => ({
  spdxElementId: `SPDXRef-Package-${on}`,
  relatedSpdxElement: `SPDXRef-Package-${of}`,
  relationshipType: 'DEPENDENCY_OF',
});

/** As npm makes one: in its own order, with a name and a date that differ each time. */
const npmSays = (random: string): SpdxDocument => ({
  spdxVersion: 'SPDX-2.3',
  name: 'own@1.0.0',
  documentNamespace: `http://spdx.org/spdxdocs/own-${random}`,
  creationInfo: { created: `2026-11-22T03:13:08.${random}Z`, creators: ['Tool: npm/cli-11.0.0'] },
  documentDescribes: ['SPDXRef-Package-own-1.0.0'],
  packages: [
    pack('own', '1.0.0'),
    pack('used', '2.0.0'),
    pack('twice', '1.0.0'),
    pack('twice', '2.0.0'),
    pack('tool', '3.0.0'),
  ],
  relationships: [
    {
      spdxElementId: 'SPDXRef-DOCUMENT',
      relatedSpdxElement: 'SPDXRef-Package-own-1.0.0',
      relationshipType: 'DESCRIBES',
    },
    dependency('own-1.0.0', 'used-2.0.0'),
    dependency('used-2.0.0', 'twice-2.0.0'),
    dependency('own-1.0.0', 'tool-3.0.0'),
  ],
});
const LOCK = `version = 3

[[package]]
name = "libc"
version = "0.2.1"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "b5b6"

[[package]]
name = "own-init"
version = "0.1.0"
dependencies = [
 "libc",
]
`;
const parts = (random: string, bundled = ['used@2.0.0', 'twice@2.0.0']) => ({
  npm: npmSays(random),
  bundled,
  crates: cratesOf(LOCK),
  createdMs: 1_795_000_000_000,
});

test('lists what is in the bundle and the crates of the session init, and nothing else', () => {
  const list = imageSpdx(parts('111'));
  expect(list.packages.map(({ name, versionInfo }) => `${name}@${versionInfo}`)).toEqual([
    'libc@0.2.1',
    'own-init@0.1.0',
    'own@1.0.0',
    'twice@2.0.0',
    'used@2.0.0',
  ]);
  const said = list.relationships.map((it) => Object.values(it).join(' ').replaceAll('SPDXRef-', ''));
  expect(said).toEqual([
    'Crate-own-init-0.1.0 Crate-libc-0.2.1 STATIC_LINK',
    'DOCUMENT Package-own-1.0.0 DESCRIBES',
    'Package-own-1.0.0 Crate-libc-0.2.1 CONTAINS',
    'Package-own-1.0.0 Crate-own-init-0.1.0 CONTAINS',
    'Package-own-1.0.0 Package-twice-2.0.0 CONTAINS',
    'Package-own-1.0.0 Package-used-2.0.0 CONTAINS',
    'Package-twice-2.0.0 Package-used-2.0.0 DEPENDENCY_OF',
    'Package-used-2.0.0 Package-own-1.0.0 DEPENDENCY_OF',
  ]);
  expect(list.packages[0]).toMatchObject({ checksums: [{ algorithm: 'SHA256', checksumValue: 'b5b6' }] });
});

test('the same sources give the same list, with the date of the sources and a name of its own', () => {
  const list = imageSpdx(parts('111'));
  expect(imageSpdx(parts('222'))).toEqual(list);
  expect(list.creationInfo.created).toBe('2026-11-18T11:06:40Z');
  expect(list.documentNamespace).toMatch(/^https:\/\/mcpsession\.dev\/spdx\/own-[0-9a-f]{64}$/);
  expect(imageSpdx(parts('111', ['used@2.0.0'])).documentNamespace).not.toBe(list.documentNamespace);
});

test('a package that the lock file does not have is not left out in silence', () => {
  expect(() => imageSpdx(parts('1', ['used@2.0.1', 'twice@2.0.0']))).toThrow(
    'node_modules has what package-lock.json has not: used@2.0.1; run "npm ci"',
  );
});
