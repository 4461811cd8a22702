// Where `up` keeps things: one state directory, whose content makes the next run recover, and the user's cache for binaries.

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
  log: `${stateDir}/mcpsession.log`,
});

/** The go.mod from which the control plane is built: beside the bundle when packed, in the tree when run from source. */
export const CONTROL_PLANE_SOURCES = [
  fileURLToPath(new URL('./control-plane', import.meta.url)),
  fileURLToPath(new URL('../../../hack/control-plane', import.meta.url)),
] as const;
