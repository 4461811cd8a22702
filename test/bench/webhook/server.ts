// One server of goal 14, in a process of its own so that its CPU time is its own: the product's webhook, or a server that
// reads the body and answers a constant. Both listen through the same code with the same certificate. Forked by servers.ts.

import { fixedPolicies, unlabelled } from '../../support/policies.ts';
import { silentLog } from '../../../src/ports/log.ts';
import {
  readBody,
  type ServedCertificate,
  sendJson,
  startWebServer,
  type WebServer,
} from '../../../src/process/https-server.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { createReferenceRights } from '../../../src/webhook/reference-rights.ts';
import { createSessionQuota } from '../../../src/webhook/session-quota.ts';
import { startWebhook } from '../../../src/webhook/webhook.ts';

export type ServerKind = 'webhook' | 'empty';
export type ToServer =
  | { readonly say: 'listen'; readonly kind: ServerKind; readonly certificate: ServedCertificate }
  | { readonly say: 'usage' };
export type FromServer = { readonly port: number } | { readonly cpuMicros: number; readonly rssBytes: number };

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const common = { host: '127.0.0.1', port: 0, log: silentLog };

process.on('message', (message: ToServer) => void answer(message));
process.on('disconnect', () => process.exit(0)); // the bench has ended, however it did

async function answer(message: ToServer): Promise<void> {
  if (message.say === 'usage') {
    const { user, system } = process.cpuUsage();
    return reply({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() });
  }
  const { port } = await listen(message.kind, message.certificate);
  reply({ port });
}

const reply = (message: FromServer): void => void process.send?.(message);

/** The sessions of the bench refer to nothing. */
const nobodyAsked = { allowed: () => Promise.resolve({ allowed: false, reason: '' }) };

/** What quotas count, in memory: the watch has its own goals. */
const noSessions = { isSynced: () => true, whenSynced: () => Promise.resolve(), all: () => [], cached: () => null };

function listen(kind: ServerKind, certificate: ServedCertificate): Promise<WebServer> {
  if (kind === 'webhook') {
    const metrics = createMetrics({ version: 'bench' });
    const decision = {
      policies: fixedPolicies(),
      namespaces: unlabelled,
      quota: createSessionQuota({ cache: noSessions, clock: systemClock }),
      referenceRights: createReferenceRights({ authorizer: nobodyAsked, frontendUsername: 'frontend' }),
      frontendUsername: 'frontend',
      monotonicMs: () => performance.now(),
    };
    const closing = new AbortController().signal;
    return startWebhook({ ...common, ...decision, certificate, metrics, closing });
  }
  const never = new AbortController().signal;
  return startWebServer({
    ...common,
    name: 'empty',
    certificate,
    handle: async (request, response) => {
      await readBody(request, { maxBytes: MAX_BODY_BYTES }, never);
      sendJson(response, 200, { ok: true });
    },
  });
}
