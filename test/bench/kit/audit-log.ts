// Counting writes where nobody can miss one: in the API server's audit log. Refused and repeated writes count too, since they
// cost the server the same.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import { z } from 'zod';

import { GROUP, SESSION_PLURAL, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { NULL_GROUP } from './null-controller.ts';

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Both sides of goal 3 are audited alike. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'Metadata',
      verbs: WRITES,
      resources: [
        { group: GROUP },
        { group: NULL_GROUP },
        { group: 'events.k8s.io' },
        { group: '', resources: ['events'] },
      ],
    },
    { level: 'None' },
  ],
} as const;

const entrySchema = z.looseObject({
  verb: z.string(),
  user: z.looseObject({ username: z.string() }),
  objectRef: z.looseObject({ resource: z.string(), subresource: z.string().optional(), name: z.string().optional() }),
  requestReceivedTimestamp: z.string(),
});
type Entry = z.output<typeof entrySchema>;

export interface SessionWrites {
  /** By the operator's accounts: before somebody asked for the deletion, and after. */
  readonly cold: readonly string[];
  readonly deletion: readonly string[];
}

export interface AuditedWrites {
  readonly sessions: ReadonlyMap<string, SessionWrites>;
  readonly events: number;
}

/** Writes on the sessions with these names, each as "verb subresource". */
export async function readWrites(auditLogPath: string, names: readonly string[]): Promise<AuditedWrites> {
  const entries = (await readEntries(auditLogPath)).sort((left, right) =>
    left.requestReceivedTimestamp < right.requestReceivedTimestamp ? -1 : 1,
  );
  const byName = Map.groupBy(
    entries.filter(({ objectRef }) => objectRef.resource === SESSION_PLURAL),
    ({ objectRef }) => objectRef.name ?? '',
  );
  return {
    sessions: new Map(names.map((name) => [name, writesOf(byName.get(name) ?? [])])),
    events: entries.filter(({ user, objectRef }) => objectRef.resource === 'events' && isOperator(user)).length,
  };
}

function writesOf(entries: readonly Entry[]): SessionWrites {
  const asked = entries.findIndex(({ user, verb }) => verb === 'delete' && !isOperator(user));
  const nameOf = ({ verb, objectRef }: Entry): string =>
    `${verb}${objectRef.subresource === undefined ? '' : ` ${objectRef.subresource}`}`;
  const operator = (some: readonly Entry[]): readonly string[] =>
    some.filter(({ user }) => isOperator(user)).map(nameOf);
  const edge = asked < 0 ? entries.length : asked;
  return { cold: operator(entries.slice(0, edge)), deletion: operator(entries.slice(edge)) };
}

const isOperator = ({ username }: Entry['user']): boolean =>
  username.startsWith(`system:serviceaccount:${SYSTEM_NAMESPACE}:`);

async function readEntries(path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== '') entries.push(entrySchema.parse(JSON.parse(line)));
  }
  return entries;
}
