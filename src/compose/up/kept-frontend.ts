// What `up` keeps of its front end over restarts, so that clients need no new configuration: the authority, and the port.

import { readFile, writeFile } from 'node:fs/promises';
import { preferPort } from '../../embedded/server/choose-port.ts';
import { certificateEndMs, issueCertificate, type KeyPairPem } from '../../process/certificates.ts';
import type { ServedCertificate } from '../../process/https-server.ts';
import type { RoleContext } from '../roles/common.ts';
import { type FrontendRoleOptions, type RunningFrontend, startFrontendRole } from '../roles/frontend.ts';

export interface KeptFrontendOptions extends Pick<FrontendRoleOptions, 'host' | 'nodeToken' | 'version'> {
  /** 0: the port of the last run if it is free, else any. */
  readonly port: number;
  readonly paths: { readonly mcpCa: string; readonly mcpKeys: string; readonly mcpPort: string };
}

const CA_MS = 365 * 24 * 3_600_000;

export async function startKeptFrontend(
  context: RoleContext,
  options: KeptFrontendOptions,
  signal: AbortSignal,
): Promise<RunningFrontend & { readonly caPem: string }> {
  const { host, paths } = options;
  const { certificate, caPem } = await keptCertificate(options, context.clock.nowMs());
  const hosts = [host, 'localhost'];
  const port = await keptPort(options);
  const settings = { ...options, port, certificate, tools: ['*'], allowedHosts: hosts, allowedOrigins: [] } as const;
  const started = await startFrontendRole(context, settings, signal);
  signal.throwIfAborted();
  await writeFile(paths.mcpPort, `${started.port}\n`, { mode: 0o600 });
  return { ...started, caPem };
}

async function keptCertificate(
  { host, paths }: KeptFrontendOptions,
  nowMs: number,
): Promise<{ readonly certificate: ServedCertificate; readonly caPem: string }> {
  const ca = await keptAuthority(paths, nowMs);
  const hosts = [host, 'localhost'];
  const certificate = await issueCertificate({
    commonName: 'mcpsession-frontend',
    hosts,
    validForMs: CA_MS,
    nowMs,
    ca,
  });
  return { certificate, caPem: ca.certPem };
}

/** The port that was asked for; or that of the last run; or, when that is taken, any. */
async function keptPort({ port, paths }: KeptFrontendOptions): Promise<number> {
  if (port !== 0) return port;
  const kept = Number((await readFile(paths.mcpPort, 'utf8').catch(() => '0')).trim());
  return preferPort(Number.isInteger(kept) && kept > 0 && kept <= 65_535 ? kept : null);
}

/** The authority that clients were told to trust, renewed when less than a month of it is left. */
async function keptAuthority(
  paths: { readonly mcpCa: string; readonly mcpKeys: string },
  nowMs: number,
): Promise<KeyPairPem> {
  try {
    const kept: KeyPairPem = {
      certPem: await readFile(paths.mcpCa, 'utf8'),
      keyPem: await readFile(paths.mcpKeys, 'utf8'),
    };
    if (certificateEndMs(kept.certPem) - nowMs > CA_MS / 12) return kept;
  } catch {
    // A first run, or damaged files: make new ones.
  }
  const { ca } = await issueCertificate({
    commonName: 'mcpsession-frontend',
    hosts: ['localhost'],
    validForMs: CA_MS,
    nowMs,
  });
  await writeFile(paths.mcpKeys, ca.keyPem, { mode: 0o600 });
  await writeFile(paths.mcpCa, ca.certPem, { mode: 0o644 });
  return ca;
}
