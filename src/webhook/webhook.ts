// The webhook's listener: one POST, parse, decide, answer. Whatever is posted gets an answer, never a crash.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { asOperatorError, OperatorError } from '../lib/errors.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Log } from '../ports/log.ts';
import type { Namespaces, Policies } from '../ports/policies.ts';
import { withDeadline } from '../process/deadline.ts';
import { type ServedCertificate, sendJson, startWebServer, type WebServer } from '../process/https-server.ts';
import type { Metrics } from '../process/metrics.ts';
import { choosePolicies } from '../rules/profile-choice.ts';
import { type AdmissionRequest, admissionResponse, parseAdmissionReview } from './admission-review.ts';
import { admit, type AdmitOptions } from './admit.ts';
import { type JudgeSpec, judgeSpec, rememberVerdicts } from './judge-spec.ts';
import { createReviewReader, isLarge, type ReadReview } from './read-review.ts';
import type { ReferenceRights } from './reference-rights.ts';
import type { SessionQuota } from './session-quota.ts';

export const VALIDATE_PATH = '/validate';
/** Above what several API servers keep open for their parallel writes. */
const MAX_CONNECTIONS = 1024;

export interface WebhookOptions extends Pick<AdmitOptions, 'frontendUsername'> {
  readonly policies: Policies;
  readonly namespaces: Pick<Namespaces, 'labelsOf'>;
  readonly quota: SessionQuota;
  readonly referenceRights: ReferenceRights;
  readonly certificate: ServedCertificate;
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly monotonicMs: () => number;
  /** Aborts when the webhook ends: a body that trickles in must not hold it up. */
  readonly closing: AbortSignal;
}

export function startWebhook(options: WebhookOptions): Promise<WebServer> {
  const readReview = createReviewReader(options.closing);
  const remembered = rememberVerdicts(judgeSpec);
  return startWebServer({
    name: 'webhook',
    host: options.host,
    port: options.port,
    certificate: options.certificate,
    log: options.log,
    maxConnections: MAX_CONNECTIONS,
    handle: (request, response) => handle({ ...options, readReview, remembered }, request, response),
  });
}

async function handle(
  options: WebhookOptions & { readonly readReview: ReadReview; readonly remembered: JudgeSpec },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path === '/healthz') return sendJson(response, 200, { ok: true });
  if (path !== VALIDATE_PATH)
    return sendJson(response, 404, { error: `no such path; admission is at ${VALIDATE_PATH}` });
  if (request.method !== 'POST') return sendJson(response, 405, { error: 'admission reviews come by POST' });

  const startedMs = options.monotonicMs();
  const body = await options.readReview(request);
  if (!body.ok) return sendJson(response, body.error.status, { error: body.error.error });
  const review = parseAdmissionReview(body.value);
  if (typeof review === 'string') return sendJson(response, 400, { error: review });

  // Large objects are rare, and to know one again costs as much as it does.
  const judged = await judge({ ...options, judgeSpec: isLarge(request) ? judgeSpec : options.remembered }, review);
  if (!judged.ok) return sendJson(response, 503, { error: judged.error });
  const { answer, found } = judged.value;
  sendJson(response, 200, admissionResponse(review, answer));

  const { metrics } = options;
  metrics.admissionDuration.observe((options.monotonicMs() - startedMs) / 1000);
  metrics.admissionRequests.inc({ operation: review.operation, decision: answer.allowed ? 'allow' : 'deny' });
  for (const { rule } of found.violations) metrics.policyViolations.inc({ rule, severity: 'deny', gate: 'webhook' });
  for (const { rule } of found.warnings) metrics.policyViolations.inc({ rule, severity: 'warn', gate: 'webhook' });
  if (!answer.allowed) {
    const session = `${review.namespace}/${review.name}`;
    options.log.info('session refused', { session, rules: answer.rules.join(','), dryRun: review.dryRun });
  }
}

type Deciding = WebhookOptions & { readonly judgeSpec: JudgeSpec };

/** Below the five seconds that the API server waits. */
const KNOWN_WITHIN_MS = 3_000;

/** An error when what the decision needs is not known: then the answer is that there is none, and the API server refuses. */
async function judge(options: Deciding, review: AdmissionRequest): Promise<Result<ReturnType<typeof admit>, string>> {
  const limit = { ms: KNOWN_WITHIN_MS, what: 'learning what the decision needs' };
  try {
    return ok(await withDeadline(limit, (within) => decide(options, review, within), options.closing));
  } catch (thrown) {
    return err(asOperatorError(thrown).message);
  }
}

async function decide(
  options: Deciding,
  review: AdmissionRequest,
  signal: AbortSignal,
): Promise<ReturnType<typeof admit>> {
  const { quota, referenceRights } = options;
  const labels = await labelsOf(options, review.namespace, signal);
  const set = options.policies.current();
  const policies = choosePolicies(set, labels);
  const rights = await referenceRights.problems(review, signal);
  await quota.whenKnown(review, signal);
  // No wait from here to `admitted`: what is counted must not change before it is taken.
  const requestProblems = [...rights, ...quota.problems(review, policies.enforce.policy)];
  const decision = admit(review, { ...options, policies, isSuspended: set.suspension !== 'none', requestProblems });
  if (decision.answer.allowed) quota.admitted(review);
  return decision;
}

/** Unknown labels could mean the strictest profile: then there is no decision. */
async function labelsOf(
  { namespaces }: WebhookOptions,
  namespace: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  if (namespace === '') return {};
  try {
    return await namespaces.labelsOf(namespace, signal);
  } catch (cause) {
    const { kind, message } = asOperatorError(cause);
    throw new OperatorError(kind, `the labels of namespace ${namespace} cannot be read: ${message}`, { cause });
  }
}
