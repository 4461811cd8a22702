// session_list: the caller's sessions of a namespace, a page at a time.

import { z } from 'zod';
import { err, ok } from '../../lib/result.ts';
import { READY_REASONS } from '../../model/conditions.ts';
import type { McpSession } from '../../model/session.ts';
import { expiresAt, stateOf, timeLeft } from '../session-view.ts';
import { namespaceArgument } from './arguments.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { answer, defineTool, invalidArgument } from './tool.ts';

const input = z.strictObject({
  ns: namespaceArgument,
  state: z.enum(READY_REASONS).optional().meta({ description: 'Only sessions in this state.' }),
  limit: z.int().min(1).max(100).default(20).meta({ description: 'Most sessions in the answer.' }),
  cursor: z.string().max(512).optional().meta({ description: 'next_cursor of the page before.' }),
});

const output = z.strictObject({
  sessions: z.array(
    z.strictObject({
      session: z.string(),
      namespace: z.string(),
      state: z.string(),
      image: z.string(),
      node: z.string().nullable(),
      expires_at: z.string().nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});

export const sessionList = defineTool({
  name: 'session_list',
  title: 'List sessions',
  description: 'Lists your sessions in a namespace, by name.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  async run(args, { caller, services, signal }) {
    const after = args.cursor === undefined ? ok('') : decodeCursor(args.cursor);
    if (!after.ok) return err(invalidArgument('session_list', [after.error]));
    const namespace = args.ns ?? services.namespaceOf(caller);
    const listed = await services.list(caller, namespace, signal);
    if (!listed.ok) return err(listed.error);
    const matching = listed.value.filter(
      (session) => session.meta.name > after.value && (args.state === undefined || stateOf(session) === args.state),
    );
    const page = matching.slice(0, args.limit);
    const last = page.at(-1);
    const more = last !== undefined && matching.length > page.length;
    const nextCursor = more ? encodeCursor(last.meta.name) : null;
    const structured = { sessions: page.map(row), next_cursor: nextCursor };
    return answer(textOf({ namespace, page, nextCursor, nowMs: services.parts.clock.nowMs() }), structured);
  },
});

const row = (session: McpSession): z.output<typeof output>['sessions'][number] => ({
  session: session.meta.name,
  namespace: session.meta.namespace,
  state: stateOf(session),
  image: session.spec?.image ?? '',
  node: session.status.assignment?.nodeName ?? null,
  expires_at: expiresAt(session),
});

function textOf(view: {
  readonly namespace: string;
  readonly page: readonly McpSession[];
  readonly nextCursor: string | null;
  readonly nowMs: number;
}): string {
  if (view.page.length === 0) return `No sessions of yours in namespace ${view.namespace}. Next: session_create.`;
  const lines = view.page.map(
    (session) =>
      `${session.meta.name}: ${stateOf(session)}, ${session.spec?.image ?? 'unknown image'}, ${timeLeft(expiresAt(session), view.nowMs)}`,
  );
  const more =
    view.nextCursor === null ? [] : [`More: session_list ns="${view.namespace}" cursor="${view.nextCursor}".`];
  return [...lines, ...more].join('\n');
}
