// Where `up` keeps things: one state directory, whose content makes the next run recover, and the user's cache for binaries.

import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Environment {
  readonly [name: string]: string | undefined;
}

/** $XDG_STATE_HOME/mcpsession, else ~/.local/state/mcpsession. */
export function defaultStateDir(environment: Environment, home: string): string {
  return `${environment['XDG_STATE_HOME'] ?? `${home}/.local/state`}/mcpsession`;
}

export const cacheHome = (environment: Environment, home: string): string =>
  environment['XDG_CACHE_HOME'] ?? `${home}/.cache`;

export const statePaths = (stateDir: string) => ({
  controlPlane: `${stateDir}/control-plane`,
  tokens: `${stateDir}/tokens`,
  mcpCa: `${stateDir}/mcp-ca.crt`,
  mcpKeys: `${stateDir}/mcp-ca.key`,
  mcpPort: `${stateDir}/mcp-port`,
  identity: `${stateDir}/identity`,
  nodeName: `${stateDir}/node-name`,
  sessionLogs: `${stateDir}/session-logs`,
  nodeState: `${stateDir}/node-state`,
  log: `${stateDir}/mcpsession.log`,
});

/** The go.mod from which the control plane is built: beside the bundle when packed, in the tree when run from source. */
export const CONTROL_PLANE_SOURCES = [
  fileURLToPath(new URL('./control-plane', import.meta.url)),
  fileURLToPath(new URL('../../../hack/control-plane', import.meta.url)),
] as const;

/** The session init for the engine: beside the bundle when packed, where `make init` puts it when run from source. */
const SESSION_INIT_FILES = [
  fileURLToPath(new URL('./init', import.meta.url)),
  fileURLToPath(new URL('../../../dist/init', import.meta.url)),
] as const;

/** The first that is there; else the first, so that a message can name it. */
export const sessionInitFile = (): string =>
  SESSION_INIT_FILES.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true) ??
  SESSION_INIT_FILES[0];
