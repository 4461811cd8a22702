// Wires the webhook role: the listener, and the keeper of its certificate.

import { patchCaBundle } from '../../kube/install.ts';
import { createSecretStore } from '../../kube/secret-store.ts';
import { createSessionCache } from '../../kube/session-cache.ts';
import { createAuthorizer } from '../../kube/token-authority.ts';
import { asOperatorError } from '../../lib/errors.ts';
import {
  SERVICE_ACCOUNTS,
  SYSTEM_NAMESPACE,
  serviceAccountUsername,
  WEBHOOK_CERTIFICATE_SECRET,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_NAME,
} from '../../model/names.ts';
import { type CertificateStore, currentCertificate, keepCertificate } from '../../webhook/certificate-keeper.ts';
import { startWebhook, VALIDATE_PATH } from '../../webhook/webhook.ts';
import { createReferenceRights } from '../../webhook/reference-rights.ts';
import { createSessionQuota } from '../../webhook/session-quota.ts';
import { type RoleContext, watchMetrics, watchNamespaces } from './common.ts';

export interface WebhookRoleOptions {
  readonly host: string;
  readonly port: number;
  /** Names and addresses by which the API server reaches us. */
  readonly hosts: readonly string[];
  readonly certificateLifeMs?: number;
  readonly certificateOverlapMs?: number;
  readonly certificateCheckMs?: number;
}

export interface RunningWebhook {
  readonly url: string;
  /** To be trusted by the API server before the first request. */
  readonly caPem: string;
  /** Keeps the certificate and the bundle; call once the configuration exists. */
  keep(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
const CLOSE_MS = 2_000;

export async function startWebhookRole(
  context: RoleContext,
  options: WebhookRoleOptions,
  signal: AbortSignal,
): Promise<RunningWebhook> {
  const { client, clock, metrics, policies } = context;
  const log = context.log.with({ program: 'webhook' });
  const keeping = {
    store: certificateStore(client),
    hosts: options.hosts,
    validForMs: options.certificateLifeMs ?? 90 * DAY_MS,
    clock,
    log,
  };
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
  sessions
    .run(() => {}, signal)
    .catch((thrown: unknown) => {
      if (!signal.aborted) log.error('watch of sessions ended', { error: asOperatorError(thrown).message });
    });
  const frontendUsername = serviceAccountUsername(SYSTEM_NAMESPACE, SERVICE_ACCOUNTS.frontend);
  const certificate = await currentCertificate(keeping, signal);
  const server = await startWebhook({
    certificate,
    host: options.host,
    port: options.port,
    log,
    metrics,
    policies,
    namespaces,
    quota: createSessionQuota({ cache: sessions, clock }),
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
          ...keeping,
          publish: async (caPem, publishing) => {
            await patchCaBundle(
              client,
              { configuration: WEBHOOK_CONFIGURATION, webhook: WEBHOOK_NAME, caPem },
              publishing,
            );
          },
          overlapMs: options.certificateOverlapMs ?? 5_000,
          checkEveryMs: options.certificateCheckMs ?? 60_000,
          onCertificate: (renewed) => server.setCertificate(renewed),
          onExpiry: (endMs) => metrics.certificateExpiry.set({ certificate: 'webhook' }, endMs / 1000),
        },
        running,
      ),
    close: () => server.close(CLOSE_MS),
  };
}

function certificateStore(client: RoleContext['client']): CertificateStore {
  const secrets = createSecretStore(client, SYSTEM_NAMESPACE);
  return {
    async read(signal) {
      const secret = await secrets.read(WEBHOOK_CERTIFICATE_SECRET, signal);
      if (secret === null) return null;
      const { data, resourceVersion } = secret;
      const certificate = {
        certPem: data['tls.crt'] ?? '',
        keyPem: data['tls.key'] ?? '',
        caPem: data['ca.crt'] ?? '',
      };
      return { certificate, resourceVersion };
    },
    async write({ certPem, keyPem, caPem }, resourceVersion, signal) {
      const data = { 'tls.crt': certPem, 'tls.key': keyPem, 'ca.crt': caPem };
      await secrets.write(WEBHOOK_CERTIFICATE_SECRET, { data, resourceVersion }, signal);
    },
  };
}
