// session_delete: ends a session and everything in it.

import { z } from 'zod';
import { err } from '../../lib/result.ts';
import { namespaceArgument, sessionArgument } from './arguments.ts';
import { answer, defineTool } from './tool.ts';

export const sessionDelete = defineTool({
  name: 'session_delete',
  title: 'Delete session',
  description: 'Ends a session and removes its container and files for good. Success also when it is gone.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({ session: sessionArgument, ns: namespaceArgument }),
  output: z.strictObject({
    session: z.string(),
    namespace: z.string(),
    deleted: z.boolean(),
    already_gone: z.boolean(),
  }),
  async run(args, { caller, services, signal }) {
    const reference = { namespace: args.ns ?? services.namespaceOf(caller), name: args.session };
    const done = await services.delete(caller, reference, signal);
    if (!done.ok) return err(done.error);
    const { alreadyGone } = done.value;
    const text = alreadyGone
      ? `No session ${args.session} in namespace ${reference.namespace}: nothing to delete.`
      : `Session ${args.session} is being deleted; its container is removed within seconds.`;
    return answer(text, {
      session: args.session,
      namespace: reference.namespace,
      deleted: !alreadyGone,
      already_gone: alreadyGone,
    });
  },
});
