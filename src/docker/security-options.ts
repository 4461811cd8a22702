// HostConfig.SecurityOpt in both directions. Pure. Reads it as the engine does: in order, the last one wins, "=" before ":",
// a bare "no-new-privileges" is true (moby daemon_unix.go parseSecurityOpt, security.md 4.2).

import { OperatorError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { ContainerSpec } from '../model/container.ts';
import { SESSION_SECCOMP_DIGEST, SESSION_SECCOMP_JSON } from './seccomp/profile.ts';

export type SecurityOptions = Pick<ContainerSpec, 'noNewPrivileges' | 'seccomp' | 'appArmor' | 'otherSecurityOptions'>;

/** Of seccomp the operator's own profile, of AppArmor the engine's. */
const DEFAULT = 'RuntimeDefault';
/** Of seccomp: nothing said, or "builtin", so the profile that the engine is configured with. */
const ENGINE_DEFAULT = 'EngineDefault';
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
  if (seccomp === DEFAULT) return [`seccomp=${SESSION_SECCOMP_JSON}`];
  if (seccomp === ENGINE_DEFAULT) return [];
  if (seccomp === UNCONFINED) return ['seccomp=unconfined'];
  throw new OperatorError(
    'invalid',
    `seccomp profile ${JSON.stringify(seccomp)} is not one that can be sent; allowed are "${DEFAULT}" and, by policy, "${ENGINE_DEFAULT}"`,
  );
}

function appArmorOption(appArmor: string): readonly string[] {
  if (appArmor === DEFAULT) return [];
  return [`apparmor=${appArmor === UNCONFINED ? 'unconfined' : appArmor}`];
}

export interface AppliedSecurity {
  /** The profile that the engine says it applied; "" where it says nothing. */
  readonly appArmor: string;
  /** To such a container old engines apply no seccomp profile, whatever its options say (moby #47499): it reads as unconfined. */
  readonly privileged: boolean;
}

export function parseSecurityOptions(options: readonly string[], applied: AppliedSecurity): SecurityOptions {
  let noNewPrivileges = false;
  let seccomp = ENGINE_DEFAULT;
  let appArmor = appArmorName(applied.appArmor);
  const otherSecurityOptions: string[] = [];
  for (const option of options) {
    const { key, value } = splitOption(option);
    if (key === 'no-new-privileges') noNewPrivileges = value === null || isGoTrue(value);
    else if (key === 'seccomp' && value !== null) seccomp = seccompName(value);
    else if (key === 'apparmor' && value !== null) appArmor = appArmorName(value);
    else otherSecurityOptions.push(option);
  }
  return { noNewPrivileges, seccomp: applied.privileged ? UNCONFINED : seccomp, appArmor, otherSecurityOptions };
}

function splitOption(option: string): { key: string; value: string | null } {
  const at = option.includes('=') ? option.indexOf('=') : option.indexOf(':');
  return at < 0 ? { key: option, value: null } : { key: option.slice(0, at), value: option.slice(at + 1) };
}

function seccompName(value: string): string {
  if (value === 'unconfined') return UNCONFINED;
  if (value === 'builtin') return ENGINE_DEFAULT;
  const digest = `sha256:${sha256Hex(value)}`;
  return digest === SESSION_SECCOMP_DIGEST ? DEFAULT : digest;
}

function appArmorName(value: string): string {
  if (value === '' || value === 'docker-default') return DEFAULT;
  return value === 'unconfined' ? UNCONFINED : value;
}

/** What Go's strconv.ParseBool takes for true. */
const isGoTrue = (value: string): boolean => ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
