// What `mcpsession check` makes of a text, without the file that it stands in.

import { judgeObject, objectsOf } from '../../../src/cli/check/judge-object.ts';
import { readYaml } from '../../../src/config/read-yaml.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { parseSessionSpec } from '../../../src/model/session.ts';
import { idsOf } from '../gates.ts';
import type { Reading } from './case.ts';

/** `spec`: the one that was read, with its defaults; null when it was not accepted. */
export function readingAtCheck(text: string | Uint8Array): { readonly reading: Reading; readonly spec: unknown } {
  const decoded = decode(text);
  const read = decoded === null ? null : readYaml(decoded, 'file');
  if (read === null || !read.ok) return { reading: 'unreadable', spec: null };
  const objects = read.value.flatMap(objectsOf);
  const judgements = objects.map((raw) => judgeObject(raw, defaultPolicy()));
  const violations = judgements.flatMap((each) => (each.kind === 'judged' ? [each.violations] : []));
  if (violations.length === 0 || violations.length < judgements.length) return { reading: 'unreadable', spec: null };
  const reading = idsOf(violations.flat());
  const [first] = objects as readonly { readonly spec?: unknown }[]; // judged, so an object
  return { reading, spec: reading.length === 0 ? parseSessionSpec(first?.spec ?? {}).spec : null };
}

/** As input-files.ts reads a file. */
function decode(text: string | Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text));
  } catch {
    return null;
  }
}
