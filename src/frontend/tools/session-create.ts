// session_create: a new session, ready to be used when the call returns.

import { z } from 'zod';
import { err } from '../../lib/result.ts';
import type { McpSession } from '../../model/session.ts';
import type { SessionSpecInput } from '../../model/session-spec.ts';
import { expiresAt, limitsOf, START_STAGES, stateOf, writablePaths } from '../session-view.ts';
import { environmentArgument, limitsResult, namespaceArgument, newNameArgument, secretsArgument } from './arguments.ts';
import { answer, defineTool } from './tool.ts';

const input = z.strictObject({
  image: z.string().min(1).max(512).meta({
    description: 'Container image; a digest pins it. Example: "python:3.13-slim@sha256:...".',
  }),
  name: newNameArgument,
  ns: namespaceArgument,
  ttl_seconds: z
    .int()
    .min(1)
    .max(2_592_000)
    .optional()
    .meta({ description: 'Seconds until it ends, whatever it does. Default 3600; policy sets a maximum.' }),
  idle_timeout_seconds: z
    .int()
    .min(0)
    .max(2_592_000)
    .optional()
    .meta({ description: 'Seconds without a command until it ends. Default 900; 0: no limit.' }),
  env: environmentArgument.meta({
    description:
      'Environment variables, name to value. Values are stored in the cluster and never shown again: no secrets here.',
  }),
  secrets: secretsArgument.meta({
    description:
      'Variables from Secrets of the namespace that you may get, name to "<Secret>/<key>". Values are never shown.',
  }),
  command: z.array(z.string().max(32_768)).max(64).default([]).meta({
    description: 'Main program and its arguments; the session ends with it. Default: an idle session for session_exec.',
  }),
  network: z.literal('none').default('none').meta({ description: 'Only "none": loopback alone.' }),
  wait_seconds: z
    .int()
    .min(0)
    .max(600)
    .default(60)
    .meta({ description: 'How long to wait until it is ready. 0: do not.' }),
});

const output = z.strictObject({
  session: z.string(),
  namespace: z.string(),
  state: z.string(),
  expires_at: z.string().nullable(),
  workdir: z.string(),
  network: z.string(),
  limits: limitsResult.nullable(),
  warnings: z.array(z.string()),
});

export const sessionCreate = defineTool({
  name: 'session_create',
  title: 'Create session',
  description:
    'Creates a locked-down container session (no network, no root, read-only root file system, limited CPU, memory and lifetime) and waits until it is ready. ' +
    'It ends after ttl_seconds, or by session_delete. A refusal names every rule and its fix.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  input,
  output,
  async run(args, { caller, services, progress, signal }) {
    const request = {
      namespace: args.ns ?? services.namespaceOf(caller),
      name: args.name ?? null,
      spec: specOf(args),
      waitSeconds: args.wait_seconds,
    };
    const total = START_STAGES.length;
    const onStage = (step: number) => progress({ step, total, message: START_STAGES[step - 1] ?? '' });
    const created = await services.create(caller, request, onStage, signal);
    if (!created.ok) return err(created.error);
    const { session, warnings } = created.value;
    return answer(textOf(session, warnings), {
      session: session.meta.name,
      namespace: session.meta.namespace,
      state: stateOf(session),
      expires_at: expiresAt(session),
      workdir: session.spec?.workingDir ?? '/workspace',
      network: session.spec?.network.mode ?? 'none',
      limits: limitsOf(session),
      warnings: [...warnings],
    });
  },
});

function specOf(args: z.output<typeof input>): SessionSpecInput {
  const lifetime = {
    ...(args.ttl_seconds === undefined ? {} : { ttlSeconds: args.ttl_seconds }),
    ...(args.idle_timeout_seconds === undefined ? {} : { idleTimeoutSeconds: args.idle_timeout_seconds }),
  };
  return {
    image: args.image,
    command: args.command,
    env: [
      ...Object.entries(args.env).map(([name, value]) => ({ name, value })),
      ...Object.entries(args.secrets).map(([name, source]) => ({
        name,
        valueFrom: { secretKeyRef: secretKey(source) },
      })),
    ],
    network: { mode: args.network },
    lifetime,
  };
}

/** The argument's schema has found exactly one slash. */
function secretKey(source: string): { readonly name: string; readonly key: string } {
  const [name = '', key = ''] = source.split('/');
  return { name, key };
}

function textOf(session: McpSession, warnings: readonly string[]): string {
  const { name, namespace } = session.meta;
  const state = [
    `Session ${name} in namespace ${namespace} is ${stateOf(session)}.`,
    `Expires ${expiresAt(session) ?? 'at an unknown time'}.`,
    `Network: ${session.spec?.network.mode ?? 'none'}.`,
    `Writable: ${writablePaths(session)}.`,
  ];
  const next = `Next: session_exec session="${name}" ns="${namespace}" command="...".`;
  return [state.join(' '), ...warnings.map((warning) => `Warning: ${warning}`), next].join('\n');
}
