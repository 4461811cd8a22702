// `mcpsession webhook`: several of them behind a Service. They share a certificate, which they make themselves, and tell the API server
// whom to trust.

import { DAY_MS } from '../../process/certificates.ts';
import type { Shutdown } from '../../process/shutdown.ts';
import { firstFailure, untilAborted } from '../first-failure.ts';
import { givenPlace } from '../roles/certificate-source.ts';
import { startWebhookRole } from '../roles/webhook.ts';
import { afterDrain, openProgram, type ProgramHost, serviceHosts } from './open-program.ts';
import type { RoleProgram } from './read-program.ts';

/** Two reads: how soon a bundle that somebody took away is back. */
const CHECK_MS = 10_000;

export async function runWebhook(
  program: RoleProgram<'webhook'>,
  host: ProgramHost,
  shutdown: Shutdown,
): Promise<void> {
  const { settings } = program;
  const opened = await openProgram(program, host, shutdown);
  const serving = afterDrain(shutdown.signal, settings.drainSeconds, opened.clock);
  const { directory, validDays } = settings.certificate;
  const service = { name: settings.serviceName, namespace: opened.namespace };
  const options = {
    host: settings.address,
    port: settings.port,
    hosts: serviceHosts(service),
    certificateLifeMs: validDays * DAY_MS,
    given: givenPlace(directory, service),
    certificateCheckMs: CHECK_MS,
  };
  const webhook = await opened.eventually('a certificate', () => startWebhookRole(opened, options, serving));
  shutdown.signal.addEventListener('abort', () => webhook.drain(), { once: true });
  shutdown.onClose('webhook', () => webhook.close());
  opened.readyWhen(() => ({ decisions: webhook.isReady() }));
  opened.ownLog.info('serving', { url: webhook.url });
  await Promise.race([
    untilAborted(serving),
    firstFailure({ certificate: webhook.keep(serving), policy: opened.policies.keep(serving) }),
  ]);
}
