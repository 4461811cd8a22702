// What an image says of the base that it was built on (OCI image-spec, annotations.md), and how that very base is named again.

import { z } from 'zod';
import { OperatorError } from '../../src/lib/errors.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const digestsSchema = z.array(z.string()).nullable();

export interface BaseLabels {
  readonly 'org.opencontainers.image.base.name': string;
  readonly 'org.opencontainers.image.base.digest'?: string;
}

/** `repoDigests`: what the engine says of the base, `docker image inspect --format '{{json .RepoDigests}}'`. */
export function baseLabels(reference: string, repoDigests: string): BaseLabels {
  const [named = '', asked] = reference.split('@');
  const name = { 'org.opencontainers.image.base.name': named };
  const digest = asked ?? digestOf(named, repoDigests);
  return digest === null ? name : { ...name, 'org.opencontainers.image.base.digest': digest };
}

/** null when no registry has given this image a digest, as when it was made here. */
function digestOf(name: string, repoDigests: string): string | null {
  const repository = name.replace(/:[^:/]+$/, '');
  const found = (digestsSchema.parse(JSON.parse(repoDigests)) ?? []).find((it) => it.startsWith(`${repository}@`));
  if (found === undefined) return null;
  const digest = found.slice(repository.length + 1);
  if (DIGEST.test(digest)) return digest;
  throw new OperatorError('invalid', `the Docker Engine gives ${name} the digest "${digest}", which is none`);
}

/** For people, and for BASE of the next build. */
export function describeBase(labels: BaseLabels): string {
  const { 'org.opencontainers.image.base.name': name, 'org.opencontainers.image.base.digest': digest } = labels;
  if (digest === undefined)
    return `${name} has no digest, because no registry has it: an image for trying out, not for release`;
  return `base digest ${digest}; the same base again: --base ${name}@${digest}`;
}
