// The list of what is in the image (SPDX 2.3): what npm says of this project, kept to the packages that are in the bundle, and the
// crates of the session init. The same sources give the same list.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { OperatorError } from '../../src/lib/errors.ts';

const packageSchema = z.looseObject({ SPDXID: z.string(), name: z.string(), versionInfo: z.string() });
const relationshipSchema = z.strictObject({
  spdxElementId: z.string(),
  relatedSpdxElement: z.string(),
  relationshipType: z.string(),
});

/** As `npm sbom --sbom-format spdx` writes it. */
export const spdxSchema = z.looseObject({
  spdxVersion: z.literal('SPDX-2.3'),
  documentNamespace: z.string(),
  creationInfo: z.looseObject({ created: z.string(), creators: z.array(z.string()) }),
  documentDescribes: z.array(z.string()).length(1),
  packages: z.array(packageSchema),
  relationships: z.array(relationshipSchema),
});
export type SpdxDocument = z.infer<typeof spdxSchema>;
type SpdxPackage = SpdxDocument['packages'][number];
type Relationship = SpdxDocument['relationships'][number];

export interface Crate {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the file in the registry; null for our own. */
  readonly checksum: string | null;
  /** Names. */
  readonly dependencies: readonly string[];
}

export interface ImageParts {
  /** Of everything in the lock file, so that nothing is left out that a development tool uses too. */
  readonly npm: SpdxDocument;
  /** `name@version` of what is in the bundle. */
  readonly bundled: readonly string[];
  readonly crates: readonly Crate[];
  /** Of the sources. */
  readonly createdMs: number;
}

const NAMESPACE = 'https://mcpsession.dev/spdx';

/** Throws OperatorError('conflict') when something is in the bundle that the lock file does not have. */
export function imageSpdx({ npm, bundled, crates, createdMs }: ImageParts): SpdxDocument {
  const [rootId = ''] = npm.documentDescribes;
  const wanted = new Set(bundled);
  const kept = npm.packages.filter((found) => found.SPDXID === rootId || wanted.has(nameAndVersion(found)));
  const missing = bundled.filter((name) => !kept.some((found) => nameAndVersion(found) === name));
  if (missing.length > 0) {
    const list = missing.join(', ');
    throw new OperatorError('conflict', `node_modules has what package-lock.json has not: ${list}; run "npm ci"`);
  }
  const ids = new Set(['SPDXRef-DOCUMENT', ...kept.map(({ SPDXID }) => SPDXID)]);
  const between = npm.relationships.filter((it) => ids.has(it.spdxElementId) && ids.has(it.relatedSpdxElement));
  const contained = [
    ...kept.filter(({ SPDXID }) => SPDXID !== rootId).map(({ SPDXID }) => SPDXID),
    ...crates.map(crateId),
  ];
  const relationships = [
    ...between,
    ...contained.map((id) => relationship(rootId, 'CONTAINS', id)),
    ...crates.flatMap((crate) => linksOf(crate, crates)),
  ];
  const document = {
    ...npm,
    documentNamespace: '',
    creationInfo: { ...npm.creationInfo, created: new Date(createdMs).toISOString().replace('.000Z', 'Z') },
    packages: [...kept, ...crates.map(cratePackage)].sort(by(({ SPDXID }) => SPDXID)),
    relationships: relationships.sort(by((it) => Object.values(it).join(' '))),
  };
  const content = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return { ...document, documentNamespace: `${NAMESPACE}/${npm.packages[0]?.name ?? ''}-${content}` };
}

/** The blocks of a Cargo.lock. */
export function cratesOf(lock: string): readonly Crate[] {
  return lock
    .split(/^\[\[package\]\]$/m)
    .slice(1)
    .map((block) => ({
      name: field(block, 'name') ?? '',
      version: field(block, 'version') ?? '',
      checksum: field(block, 'checksum'),
      dependencies: [...(/^dependencies = \[([^\]]*)\]/m.exec(block)?.[1] ?? '').matchAll(/"([^" ]+)/g)].map(
        ([, name = '']) => name,
      ),
    }));
}

const field = (block: string, name: string): string | null =>
  new RegExp(`^${name} = "([^"]*)"$`, 'm').exec(block)?.[1] ?? null;

function cratePackage(crate: Crate): SpdxPackage {
  const { name, version, checksum } = crate;
  return {
    name,
    SPDXID: crateId(crate),
    versionInfo: version,
    downloadLocation: checksum === null ? 'NOASSERTION' : `https://crates.io/api/v1/crates/${name}/${version}/download`,
    filesAnalyzed: false,
    licenseDeclared: checksum === null ? 'Apache-2.0' : 'NOASSERTION', // the lock file does not say it
    externalRefs: [
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: `pkg:cargo/${name}@${version}`,
      },
    ],
    ...(checksum === null ? {} : { checksums: [{ algorithm: 'SHA256', checksumValue: checksum }] }),
  };
}

const linksOf = (crate: Crate, crates: readonly Crate[]): readonly Relationship[] =>
  crates
    .filter(({ name }) => crate.dependencies.includes(name))
    .map((dependency) => relationship(crateId(crate), 'STATIC_LINK', crateId(dependency)));

const crateId = ({ name, version }: Crate): string => `SPDXRef-Crate-${name.replaceAll('_', '-')}-${version}`;
const nameAndVersion = ({ name, versionInfo }: SpdxPackage): string => `${name}@${versionInfo}`;

const relationship = (from: string, type: string, to: string): Relationship => ({
  spdxElementId: from,
  relatedSpdxElement: to,
  relationshipType: type,
});

function by<T>(key: (it: T) => string): (left: T, right: T) => number {
  return (left, right) => (key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0);
}
