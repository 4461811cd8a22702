// HostConfig.SecurityOpt in both directions. Pure. Reads it as the engine does: in order, the last one wins, "=" before ":",
// a bare "no-new-privileges" is true (moby daemon_unix.go parseSecurityOpt, security.md 4.2).

import { createHash } from 'node:crypto';

import { OperatorError } from '../lib/errors.ts';
import type { ContainerSpec } from '../model/container.ts';

export type SecurityOptions = Pick<ContainerSpec, 'noNewPrivileges' | 'seccomp' | 'appArmor' | 'otherSecurityOptions'>;

const DEFAULT = 'RuntimeDefault';
const UNCONFINED = 'Unconfined';

/** Ours come last, so that nothing before them can undo them. Throws OperatorError('invalid') for a seccomp profile known only by its hash. */
export function printSecurityOptions(spec: SecurityOptions): readonly string[] {
  return [
    ...spec.otherSecurityOptions,
    `no-new-privileges:${spec.noNewPrivileges}`,
    ...seccompOption(spec.seccomp),
    ...appArmorOption(spec.appArmor),
  ];
}

function seccompOption(seccomp: string): readonly string[] {
  if (seccomp === DEFAULT) return []; // the engine's own profile
  if (seccomp === UNCONFINED) return ['seccomp=unconfined'];
  throw new OperatorError(
    'invalid',
    `seccomp profile ${JSON.stringify(seccomp)} is not installed on this node; allowed are "${DEFAULT}" and, by policy, "${UNCONFINED}"`,
  );
}

function appArmorOption(appArmor: string): readonly string[] {
  if (appArmor === DEFAULT) return [];
  return [`apparmor=${appArmor === UNCONFINED ? 'unconfined' : appArmor}`];
}

/** `effectiveAppArmor` is what the engine says it applied; "" where it says nothing. */
export function parseSecurityOptions(options: readonly string[], effectiveAppArmor: string): SecurityOptions {
  let noNewPrivileges = false;
  let seccomp = DEFAULT;
  let appArmor = appArmorName(effectiveAppArmor);
  const otherSecurityOptions: string[] = [];
  for (const option of options) {
    const { key, value } = splitOption(option);
    if (key === 'no-new-privileges') noNewPrivileges = value === null || isGoTrue(value);
    else if (key === 'seccomp' && value !== null) seccomp = seccompName(value);
    else if (key === 'apparmor' && value !== null) appArmor = appArmorName(value);
    else otherSecurityOptions.push(option);
  }
  return { noNewPrivileges, seccomp, appArmor, otherSecurityOptions };
}

function splitOption(option: string): { key: string; value: string | null } {
  const at = option.includes('=') ? option.indexOf('=') : option.indexOf(':');
  return at < 0 ? { key: option, value: null } : { key: option.slice(0, at), value: option.slice(at + 1) };
}

function seccompName(value: string): string {
  if (value === 'unconfined') return UNCONFINED;
  if (value === 'builtin') return DEFAULT;
  return `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

function appArmorName(value: string): string {
  if (value === '' || value === 'docker-default') return DEFAULT;
  return value === 'unconfined' ? UNCONFINED : value;
}

/** What Go's strconv.ParseBool takes for true. */
const isGoTrue = (value: string): boolean => ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
