// Creates a session for the caller and, when asked, waits until it can be used.

import { asOperatorError } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { AccessRequest, Caller } from '../../model/caller.ts';
import type { McpSession } from '../../model/session.ts';
import type { SessionSpecInput } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { renderWarning } from '../../rules/render.ts';
import { suspensionViolation } from '../../rules/suspension.ts';
import { createRefusal, forbidden } from '../fault-mapping.ts';
import type { ServiceParts } from '../service-parts.ts';
import { sentence, type ToolError } from '../tool-error.ts';
import { checkSpec } from './check-spec.ts';
import { referenceProblems } from './reference-rights.ts';
import { quotaRefusal } from './quota.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface CreateRequest {
  readonly namespace: string;
  /** null: one is made up, which nobody can guess. */
  readonly name: string | null;
  readonly spec: SessionSpecInput;
  /** 0: answer as soon as the session is admitted. */
  readonly waitSeconds: number;
}

export interface CreatedSession {
  readonly session: McpSession;
  readonly warnings: readonly string[];
}

export async function createSession(
  parts: ServiceParts,
  query: { readonly caller: Caller; readonly request: CreateRequest; readonly onStage: (stage: number) => void },
  signal: AbortSignal,
): Promise<Result<CreatedSession, ToolError>> {
  const { caller, request } = query;
  const reference = { namespace: request.namespace, name: request.name ?? `s-${parts.newId().slice(0, 12)}` };
  const access: AccessRequest = { verb: 'create', resource: 'mcpsessions', subresource: '', ...reference };
  if (!(await parts.access.allowed(caller, access, signal))) return err(forbidden(caller, access));
  const annotations = parts.access.annotations(caller);
  const { policies, isSuspended } = await parts.policiesFor(request.namespace, signal);
  if (isSuspended) return err(specRefusal([suspensionViolation], false));
  const checked = checkSpec({ raw: request.spec, annotations, policies });
  const judged = checked.spec === null || parts.access.knowsPolicy;
  if (judged && checked.violations.length > 0) return err(specRefusal(checked.violations, checked.spec === null));
  const unreadable = await referenceProblems(parts, { caller, ...reference, spec: request.spec }, signal);
  if (unreadable.length > 0) return err(specRefusal(unreadable, false));
  if (parts.access.knowsPolicy) {
    const { policy } = policies.enforce;
    const full = await quotaRefusal(parts, { ...reference, annotations, policy }, signal);
    if (full !== null) return err(full);
  }

  const created = await store(parts, { ...reference, spec: request.spec, annotations }, signal);
  if (!created.ok) return created;
  const known = parts.access.knowsPolicy ? checked.warnings.map(renderWarning) : [];
  const warnings = [...new Set([...created.value.warnings, ...known])];
  query.onStage(1);
  if (request.waitSeconds === 0) return ok({ session: created.value.session, warnings });
  const ready = await waitUntilReady(
    parts,
    { session: created.value.session, waitMs: request.waitSeconds * 1000, onStage: query.onStage },
    signal,
  );
  return ready.ok ? ok({ session: ready.value, warnings }) : ready;
}

async function store(
  parts: ServiceParts,
  wanted: {
    readonly namespace: string;
    readonly name: string;
    readonly spec: SessionSpecInput;
    readonly annotations: Readonly<Record<string, string>>;
  },
  signal: AbortSignal,
): Promise<Result<CreatedSession, ToolError>> {
  try {
    return ok(await parts.sessions.create({ ...wanted, dryRun: false }, signal));
  } catch (thrown) {
    const refusal = createRefusal(asOperatorError(thrown), wanted);
    if (refusal === null) throw thrown;
    return err(refusal);
  }
}

/** Every violation with its fix, so that one more call can be the right one. */
function specRefusal(violations: readonly Violation[], schemaOnly: boolean): ToolError {
  const texts = violations.map(
    ({ rule, path, message, fix }) => `${rule} ${path}: ${sentence(message)} Fix: ${sentence(fix)}`,
  );
  const count = `${violations.length} ${violations.length === 1 ? 'rule' : 'rules'}`;
  return schemaOnly
    ? { code: 'INVALID_ARGUMENT', what: texts.join(' '), next: 'call session_create with these arguments changed' }
    : {
        code: 'POLICY_DENIED',
        what: `${count}: ${texts.join(' ')}`,
        next: 'call session_create with these arguments changed, or ask an admin for another policy',
      };
}
