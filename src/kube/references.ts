// Reads the Secrets and ConfigMaps that a session refers to, each once, by name: the right is `get`, bound per namespace, and there is
// no list, watch or cache. Nothing in here may put a value into a message.

import { asOperatorError, isFault, OperatorError } from '../lib/errors.ts';
import { shownValue } from '../lib/visible-text.ts';
import type { EnvironmentEntry } from '../model/container.ts';
import type { Reference, ReferencedObject } from '../model/references.ts';
import type { References } from '../ports/references.ts';
import { CONFIG_MAPS, objectPath, SECRETS } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { recordOf, textsOf } from './raw-object.ts';

/** As a literal value of spec.env. */
const MAX_VALUE_BYTES = 32_768;
/** As all literal values together (rule MCPS-613). */
const MAX_TOTAL_BYTES = 1_048_576;

export function createReferences(client: KubeClient): References {
  return {
    async read(namespace, references, signal) {
      const objects = new Map<string, ObjectValues | null>();
      for (const reference of references) {
        const id = idOf(reference);
        if (!objects.has(id)) objects.set(id, await readObject(client, { namespace, ...reference }, signal));
      }
      const entries = references.flatMap((reference) => entryOf(reference, objects.get(idOf(reference)) ?? null));
      const total = entries.reduce(
        (sum, { name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
        0,
      );
      if (total > MAX_TOTAL_BYTES) {
        const size = `the values that spec.env refers to take ${total} bytes; at most ${MAX_TOTAL_BYTES} are allowed`;
        throw new OperatorError('invalid', size);
      }
      return entries;
    },
  };
}

const idOf = ({ kind, name }: ReferencedObject): string => `${kind}/${name}`;

/** By key. */
type ObjectValues = ReadonlyMap<string, Uint8Array>;

async function readObject(
  client: KubeClient,
  { namespace, kind, name }: ReferencedObject & { readonly namespace: string },
  signal: AbortSignal,
): Promise<ObjectValues | null> {
  const path = objectPath(kind === 'Secret' ? SECRETS : CONFIG_MAPS, { namespace, name });
  try {
    const { body } = await client.request({ method: 'GET', path }, signal);
    return valuesOf(kind, body);
  } catch (thrown) {
    if (isFault(thrown, 'not-found')) return null;
    const { kind: fault, message } = asOperatorError(thrown);
    if (fault === 'forbidden') throw notPermitted(namespace, { kind, name });
    if (fault === 'cancelled') throw thrown;
    throw new OperatorError('unavailable', `${named({ kind, name })} could not be read: ${message}`, { cause: thrown });
  }
}

function valuesOf(kind: Reference['kind'], body: unknown): ObjectValues {
  const { data, binaryData } = recordOf(body);
  const encoded = Object.entries(textsOf(kind === 'Secret' ? data : binaryData));
  const plain = kind === 'Secret' ? [] : Object.entries(textsOf(data));
  return new Map<string, Uint8Array>([
    ...encoded.map(([key, value]): [string, Uint8Array] => [key, Buffer.from(value, 'base64')]),
    ...plain.map(([key, value]): [string, Uint8Array] => [key, Buffer.from(value, 'utf8')]),
  ]);
}

function entryOf(reference: Reference, values: ObjectValues | null): readonly EnvironmentEntry[] {
  const { key, variable, optional } = reference;
  const value = values?.get(key);
  if (value !== undefined) return [{ name: variable, value: textOfValue(reference, value) }];
  if (optional) return [];
  const missing = values === null ? `there is no ${named(reference)}` : `${named(reference)} has no key ${shown(key)}`;
  throw new OperatorError('not-found', `${missing}, which variable ${variable} needs`);
}

function textOfValue({ key, variable, ...object }: Reference, value: Uint8Array): string {
  const about = `key ${shown(key)} of ${named(object)}, which variable ${variable} needs,`;
  if (value.byteLength > MAX_VALUE_BYTES) {
    throw new OperatorError(
      'invalid',
      `${about} has ${value.byteLength} bytes; at most ${MAX_VALUE_BYTES} are allowed`,
    );
  }
  if (value.includes(0)) throw new OperatorError('invalid', `${about} has a NUL byte, which no variable can hold`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new OperatorError('invalid', `${about} is not UTF-8 text`); // without its cause
  }
}

const shown = shownValue;
const named = ({ kind, name }: ReferencedObject): string => `${kind} ${shown(name)}`;

const notPermitted = (namespace: string, object: ReferencedObject): OperatorError =>
  new OperatorError(
    'forbidden',
    `the controller may not get ${named(object)} in namespace ${namespace}; an admin of the namespace has to allow it (docs/policy.md, "Secrets")`,
  );
