// The webhook's listener: one POST, parse, decide, answer. Whatever is posted gets an answer, never a crash.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { asOperatorError } from '../lib/errors.ts';
import type { Log } from '../ports/log.ts';
import { readBody, type ServedCertificate, sendJson, startWebServer, type WebServer } from '../process/https-server.ts';
import type { Metrics } from '../process/metrics.ts';
import { admissionResponse, parseAdmissionReview } from './admission-review.ts';
import { admit, type AdmitOptions } from './admit.ts';

export const VALIDATE_PATH = '/validate';
/** The API server refuses objects above 3 MiB itself; a review holds the old and the new one. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

export interface WebhookOptions extends AdmitOptions {
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
  return startWebServer({
    name: 'webhook',
    host: options.host,
    port: options.port,
    certificate: options.certificate,
    log: options.log,
    handle: (request, response) => handle(options, request, response),
  });
}

async function handle(options: WebhookOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path === '/healthz') return sendJson(response, 200, { ok: true });
  if (path !== VALIDATE_PATH)
    return sendJson(response, 404, { error: `no such path; admission is at ${VALIDATE_PATH}` });
  if (request.method !== 'POST') return sendJson(response, 405, { error: 'admission reviews come by POST' });

  const startedMs = options.monotonicMs();
  const body = await readJson(request, options.closing);
  if (!body.ok) return sendJson(response, body.status, { error: body.error });
  const review = parseAdmissionReview(body.value);
  if (typeof review === 'string') return sendJson(response, 400, { error: review });

  const { answer, found } = admit(review, options);
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

async function readJson(
  request: IncomingMessage,
  closing: AbortSignal,
): Promise<
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number; readonly error: string }
> {
  try {
    const body = await readBody(request, MAX_BODY_BYTES, closing);
    return { ok: true, value: JSON.parse(body.toString('utf8')) as unknown }; // parsed next by the schema
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return { ok: false, status: 400, error: 'the body is not JSON' };
    const error = asOperatorError(thrown);
    return { ok: false, status: error.kind === 'too-large' ? 413 : 400, error: error.message };
  }
}
