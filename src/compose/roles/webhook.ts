// Wires the webhook role: the listener, and the keeper of its certificate.

import { patchCaBundle, readCaBundle } from '../../kube/install.ts';
import { createSessionCache } from '../../kube/session-cache.ts';
import { createAuthorizer } from '../../kube/token-authority.ts';
import { asOperatorError } from '../../lib/errors.ts';
import {
  SERVICE_ACCOUNTS,
  serviceAccountUsername,
  WEBHOOK_CERTIFICATE_SECRET,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_NAME,
} from '../../model/names.ts';
import { keepCertificate } from '../../process/certificate-keeper.ts';
import { DAY_MS } from '../../process/certificates.ts';
import { startWebhook, VALIDATE_PATH } from '../../webhook/webhook.ts';
import { createReferenceRights } from '../../webhook/reference-rights.ts';
import { createSessionQuota } from '../../webhook/session-quota.ts';
import { certificateSource, type GivenPlace } from './certificate-source.ts';
import { type RoleContext, systemNamespaceOf, watchMetrics, watchNamespaces } from './common.ts';

export interface WebhookRoleOptions {
  readonly host: string;
  readonly port: number;
  /** Names and addresses by which the API server reaches us. */
  readonly hosts: readonly string[];
  readonly certificateLifeMs?: number;
  /** Where others put a certificate, and the name that it has to have. Left out or null: it is made here. */
  readonly given?: GivenPlace | null;
  readonly certificateOverlapMs?: number;
  readonly certificateCheckMs?: number;
}

export interface RunningWebhook {
  readonly url: string;
  /** To be trusted by the API server before the first request. */
  readonly caPem: string;
  /** Keeps the certificate and the bundle; call once the configuration exists. */
  keep(signal: AbortSignal): Promise<void>;
  /** Whether it can decide, and the API server was told to trust it. */
  isReady(): boolean;
  /** Before `close`, while it still answers: see WebServer. */
  drain(): void;
  close(): Promise<void>;
}

const CLOSE_MS = 2_000;
const CONFIGURATION = { configuration: WEBHOOK_CONFIGURATION, webhook: WEBHOOK_NAME };

export async function startWebhookRole(
  context: RoleContext,
  options: WebhookRoleOptions,
  signal: AbortSignal,
): Promise<RunningWebhook> {
  const { client, clock, metrics, policies } = context;
  const log = context.log.with({ program: 'webhook' });
  const certificates = certificateSource(client, {
    given: options.given ?? null,
    secret: { namespace: systemNamespaceOf(context), name: WEBHOOK_CERTIFICATE_SECRET },
    commonName: 'mcpsession-webhook',
    hosts: options.hosts,
    validForMs: options.certificateLifeMs ?? 90 * DAY_MS,
    clock,
    log,
  });
  const certificate = await certificates.source(null, signal);
  let isTrusted = false;
  const namespaces = watchNamespaces(context, { log, onChange: () => {} }, signal);
  const sessions = createSessionCache({
    client,
    filter: { sessions: 'all' },
    namespace: null,
    clock,
    random: context.random,
    log,
    metrics: watchMetrics(metrics, 'mcpsessions'),
  });
  const quota = createSessionQuota({ cache: sessions, clock });
  sessions
    .run((key) => quota.noticed(key), signal)
    .catch((thrown: unknown) => {
      if (!signal.aborted) log.error('watch of sessions ended', { error: asOperatorError(thrown).message });
    });
  const frontendUsername = serviceAccountUsername(systemNamespaceOf(context), SERVICE_ACCOUNTS.frontend);
  const server = await startWebhook({
    certificate,
    host: options.host,
    port: options.port,
    log,
    metrics,
    policies,
    namespaces,
    quota,
    referenceRights: createReferenceRights({ authorizer: createAuthorizer(client, clock), frontendUsername }),
    frontendUsername,
    monotonicMs: () => clock.monotonicMs(),
    closing: signal,
  });
  return {
    url: `${server.url}${VALIDATE_PATH}`,
    caPem: certificate.caPem,
    keep: (running) =>
      keepCertificate(
        {
          source: certificates.source,
          clock,
          log,
          serving: certificate,
          publish: async (wanted, publishing) => {
            const caPem = await certificates.toPublish(wanted, () => readCaBundle(client, CONFIGURATION, publishing));
            await patchCaBundle(client, { ...CONFIGURATION, caPem }, publishing);
          },
          overlapMs: options.certificateOverlapMs ?? 5_000,
          checkEveryMs: options.certificateCheckMs ?? 60_000,
          onPublished: () => {
            isTrusted = true;
          },
          onCertificate: (renewed) => server.setCertificate(renewed),
          onExpiry: (endMs) => metrics.certificateExpiry.set({ certificate: 'webhook' }, endMs / 1000),
        },
        running,
      ),
    isReady: () => isTrusted && namespaces.isSynced() && sessions.isSynced(),
    drain: () => server.drain(),
    close: () => server.close(CLOSE_MS),
  };
}
