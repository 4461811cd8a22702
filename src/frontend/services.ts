// What the tools and the node protocol of the front end can do: the use cases, over ports, for one authenticated caller at a time.
// Refusals are values (tool-error.ts); faults of the ports reject and are turned into INTERNAL where the answer is made.

import type { Result } from '../lib/result.ts';
import type { Caller } from '../model/caller.ts';
import type { ExecCommand, ExecFrame } from '../model/node-protocol.ts';
import type { McpSession } from '../model/session.ts';
import type { Violation } from '../model/violation.ts';
import type { SessionReference } from '../ports/sessions.ts';
import type { ServiceParts } from './service-parts.ts';
import { createSessionOperations, type SessionOperations } from './session-operations.ts';
import type { ToolError } from './tool-error.ts';
import { PROFILE_NAMES } from '../model/policy.ts';
import type { ChosenPolicies } from '../rules/profile-choice.ts';
import { checkSpec } from './use-cases/check-spec.ts';
import { type CreateRequest, type CreatedSession, createSession } from './use-cases/create-session.ts';
import { deleteSession } from './use-cases/delete-session.ts';
import { execInSession } from './use-cases/exec-in-session.ts';
import { type ExtendRequest, extendSession } from './use-cases/extend-session.ts';
import { findSession, listSessions } from './use-cases/find-session.ts';

export interface SpecVerdict {
  readonly profile: string;
  /** Profiles that would accept it, the one that judged included. */
  readonly acceptedBy: readonly string[];
  readonly violations: readonly Violation[];
  readonly warnings: readonly Violation[];
}

export interface Services extends SessionOperations {
  readonly parts: Pick<ServiceParts, 'clock' | 'log' | 'newId'>;
  /** The namespace that a call without one means: a ServiceAccount's own, else the configured default. */
  namespaceOf(caller: Caller): string;
  create(
    caller: Caller,
    request: CreateRequest,
    onStage: (stage: number) => void,
    signal: AbortSignal,
  ): Promise<Result<CreatedSession, ToolError>>;
  get(caller: Caller, reference: SessionReference, signal: AbortSignal): Promise<Result<McpSession, ToolError>>;
  /** The caller's own and unowned sessions of the namespace, by name. */
  list(caller: Caller, namespace: string, signal: AbortSignal): Promise<Result<readonly McpSession[], ToolError>>;
  exec(
    caller: Caller,
    request: SessionReference & { readonly uid: string | null; readonly command: ExecCommand },
    onFrame: (frame: ExecFrame) => void,
    signal: AbortSignal,
  ): Promise<Result<null, ToolError>>;
  extend(caller: Caller, request: ExtendRequest, signal: AbortSignal): Promise<Result<McpSession, ToolError>>;
  delete(
    caller: Caller,
    reference: SessionReference,
    signal: AbortSignal,
  ): Promise<Result<{ readonly alreadyGone: boolean }, ToolError>>;
  /** Judges a spec as a session of this namespace, with the rules of every gate; touches nothing. */
  check(spec: unknown, namespace: string, signal: AbortSignal): Promise<SpecVerdict>;
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/;

export function createServices(parts: ServiceParts): Services {
  return {
    ...createSessionOperations(parts),
    parts,
    namespaceOf: (caller) => SERVICE_ACCOUNT.exec(caller.username)?.[1] ?? parts.defaultNamespace,
    create: (caller, request, onStage, signal) => createSession(parts, { caller, request, onStage }, signal),
    get: (caller, reference, signal) => findSession(parts, { caller, reference, verb: 'get', subresource: '' }, signal),
    list: (caller, namespace, signal) => listSessions(parts, { caller, namespace }, signal),
    exec: (caller, request, onFrame, signal) => execInSession(parts, { caller, request, onFrame }, signal),
    extend: (caller, request, signal) => extendSession(parts, { caller, request }, signal),
    delete: (caller, reference, signal) => deleteSession(parts, { caller, reference }, signal),
    check: (spec, namespace, signal) => judgeForNamespace(parts, { spec, namespace }, signal),
  };
}

async function judgeForNamespace(
  parts: ServiceParts,
  asked: { readonly spec: unknown; readonly namespace: string },
  signal: AbortSignal,
): Promise<SpecVerdict> {
  const { policies, all } = await parts.policiesFor(asked.namespace, signal);
  const judge = (chosen: ChosenPolicies) => checkSpec({ raw: asked.spec, annotations: {}, policies: chosen });
  const { profile, violations, warnings } = judge(policies);
  const acceptedBy = PROFILE_NAMES.filter((name) => {
    const enforce = all.profiles[name];
    return judge({ ...policies, enforce, warn: null, audit: null }).violations.length === 0;
  });
  return { profile, acceptedBy, violations, warnings };
}
