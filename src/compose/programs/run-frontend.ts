// `mcpsession frontend`: any number of them behind a Service. They share a certificate, which they make themselves, and a ConfigMap
// tells clients where they are and whom to trust.

import { readFile } from 'node:fs/promises';
import { apply } from '../../kube/apply.ts';
import { readFrontendEndpoint } from '../../kube/frontend-endpoint.ts';
import { FRONTEND_CERTIFICATE_SECRET } from '../../model/names.ts';
import { keepCertificate } from '../../process/certificate-keeper.ts';
import { DAY_MS } from '../../process/certificates.ts';
import type { Shutdown } from '../../process/shutdown.ts';
import { frontendConfigMap } from '../cluster-objects.ts';
import { firstFailure, untilAborted } from '../first-failure.ts';
import { certificateSource, givenPlace } from '../roles/certificate-source.ts';
import { startFrontendRole } from '../roles/frontend.ts';
import { afterDrain, openProgram, type ProgramHost, serviceHosts } from './open-program.ts';
import type { RoleProgram } from './read-program.ts';

const CHECK_MS = 60_000;
/** A mounted copy of the authority is as old as this at most before it is needed. */
const OVERLAP_MS = 120_000;

export async function runFrontend(
  program: RoleProgram<'frontend'>,
  host: ProgramHost,
  shutdown: Shutdown,
): Promise<void> {
  const { settings } = program;
  const opened = await openProgram(program, host, shutdown);
  const { client, clock, ownLog: log, metrics, namespace } = opened;
  const serving = afterDrain(shutdown.signal, settings.drainSeconds, clock);
  const service = { name: settings.serviceName, namespace };
  const hosts = serviceHosts(service);
  const certificates = certificateSource(client, {
    given: givenPlace(settings.certificate.directory, service),
    secret: { namespace, name: FRONTEND_CERTIFICATE_SECRET },
    commonName: 'mcpsession-frontend',
    hosts,
    validForMs: settings.certificate.validDays * DAY_MS,
    clock,
    log,
  });
  const certificate = await opened.eventually('a certificate', () => certificates.source(null, serving));
  const frontend = await startFrontendRole(
    opened,
    {
      host: settings.address,
      port: settings.port,
      certificate,
      tools: settings.tools,
      allowedHosts: [...hosts, ...settings.allowedHosts],
      allowedOrigins: settings.allowedOrigins,
      nodeToken: async () => (await readFile(settings.nodeTokenFile, 'utf8')).trim(),
      version: host.version,
    },
    serving,
  );
  shutdown.signal.addEventListener('abort', () => frontend.drain(), { once: true });
  shutdown.onClose('front end', () => frontend.close());
  let isKnown = false;
  const url = `https://${settings.serviceName}.${namespace}.svc`;
  const keeping = keepCertificate(
    {
      source: certificates.source,
      clock,
      log,
      serving: certificate,
      publish: async (wanted, signal) => {
        const known = async () => (await readFrontendEndpoint(client, namespace, signal))?.caPem ?? '';
        const caPem = await certificates.toPublish(wanted, known);
        await apply(client, frontendConfigMap({ url, caPem }, namespace), signal);
      },
      overlapMs: OVERLAP_MS,
      checkEveryMs: CHECK_MS,
      onPublished: () => {
        isKnown = true;
      },
      onCertificate: (renewed) => frontend.setCertificate(renewed),
      onExpiry: (endMs) => metrics.certificateExpiry.set({ certificate: 'frontend' }, endMs / 1000),
    },
    serving,
  );
  opened.readyWhen(() => ({ namespaces: frontend.isReady(), address: isKnown }));
  log.info('serving', { url, mcp: frontend.mcpUrl });
  await Promise.race([
    untilAborted(serving),
    firstFailure({ certificate: keeping, policy: opened.policies.keep(serving) }),
  ]);
}
