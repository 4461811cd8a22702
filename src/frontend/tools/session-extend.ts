// session_extend: more time for a session.

import { z } from 'zod';
import { err } from '../../lib/result.ts';
import { expiresAt, timeLeft } from '../session-view.ts';
import { namespaceArgument, sessionArgument } from './arguments.ts';
import { answer, defineTool } from './tool.ts';

export const sessionExtend = defineTool({
  name: 'session_extend',
  title: 'Extend session',
  description: 'Gives a session more time.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({
    session: sessionArgument,
    ns: namespaceArgument,
    ttl_seconds: z
      .int()
      .min(1)
      .max(2_592_000)
      .meta({ description: 'Whole lifetime from its creation on, not from now. Policy sets a maximum.' }),
  }),
  output: z.strictObject({ session: z.string(), expires_at: z.string().nullable() }),
  async run(args, { caller, services, signal }) {
    const reference = { namespace: args.ns ?? services.namespaceOf(caller), name: args.session };
    const extended = await services.extend(caller, { ...reference, ttlSeconds: args.ttl_seconds }, signal);
    if (!extended.ok) return err(extended.error);
    // What was granted before stands in the status until the node has seen the change.
    const expiry = expiresAt({ ...extended.value, status: {} });
    const left = timeLeft(expiry, services.parts.clock.nowMs());
    return answer(`Session ${args.session} ends at ${expiry ?? 'a time that is not known'} (${left}).`, {
      session: args.session,
      expires_at: expiry,
    });
  },
});
