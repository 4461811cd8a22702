// session_get: everything known about one session, without the value of any variable.

import { z } from 'zod';
import { err } from '../../lib/result.ts';
import type { McpSession } from '../../model/session.ts';
import { expiresAt, limitsOf, stateOf, timeLeft } from '../session-view.ts';
import { conditionResult, limitsResult, namespaceArgument, sessionArgument } from './arguments.ts';
import { answer, defineTool } from './tool.ts';

const input = z.strictObject({ session: sessionArgument, ns: namespaceArgument });

const output = z.strictObject({
  session: z.string(),
  namespace: z.string(),
  state: z.string(),
  node: z.string().nullable(),
  expires_at: z.string().nullable(),
  exit_code: z.int().nullable(),
  spec: z
    .strictObject({
      image: z.string(),
      workdir: z.string(),
      network: z.string(),
      env_names: z.array(z.string()).meta({ description: 'Names only; values are never shown.' }),
      limits: limitsResult.nullable(),
    })
    .nullable(),
  conditions: z.array(conditionResult),
  isolation: z
    .array(z.strictObject({ id: z.string(), want: z.string(), got: z.string(), ok: z.boolean() }))
    .meta({ description: 'Each control, as approved and as found.' }),
});

export const sessionGet = defineTool({
  name: 'session_get',
  title: 'Show session',
  description: 'Shows one session: state, expiry, why it is not ready, and the proof of its isolation.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  async run(args, { caller, services, signal }) {
    const reference = { namespace: args.ns ?? services.namespaceOf(caller), name: args.session };
    const found = await services.get(caller, reference, signal);
    if (!found.ok) return err(found.error);
    const session = found.value;
    return answer(textOf(session, services.parts.clock.nowMs()), {
      session: session.meta.name,
      namespace: session.meta.namespace,
      state: stateOf(session),
      node: session.status.assignment?.nodeName ?? null,
      expires_at: expiresAt(session),
      exit_code: session.status.exitCode ?? null,
      spec: specOf(session),
      conditions: conditionsOf(session),
      isolation: [...(session.status.isolation?.controls ?? [])],
    });
  },
});

function specOf(session: McpSession): z.output<typeof output>['spec'] {
  if (session.spec === null) return null;
  const { image, workingDir, network, env } = session.spec;
  return {
    image,
    workdir: workingDir,
    network: network.mode,
    env_names: env.map(({ name }) => name),
    limits: limitsOf(session),
  };
}

const conditionsOf = (session: McpSession): z.output<typeof conditionResult>[] =>
  (session.status.conditions ?? []).map(({ type, status, reason, message }) => ({ type, status, reason, message }));

function textOf(session: McpSession, nowMs: number): string {
  const expiry = expiresAt(session);
  const controls = session.status.isolation?.controls ?? [];
  const env = (session.spec?.env ?? []).map(({ name }) => `${name}=<REDACTED>`);
  const lines = [
    `Session ${session.meta.name} in namespace ${session.meta.namespace} is ${stateOf(session)} (${timeLeft(expiry, nowMs)}).`,
    `Image: ${session.spec?.image ?? 'unknown: the stored spec does not fit this release'}. Node: ${session.status.assignment?.nodeName ?? 'none yet'}.`,
    ...(env.length > 0 ? [`Environment: ${env.join(', ')}.`] : []),
    ...conditionsOf(session).map(({ type, status, reason, message }) => `${type}=${status} (${reason}): ${message}`),
    ...(controls.length > 0
      ? [`Isolation: ${controls.filter((control) => control.ok).length} of ${controls.length} controls as approved.`]
      : []),
  ];
  return lines.join('\n');
}
