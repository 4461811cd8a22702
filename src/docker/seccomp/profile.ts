// The operator's own seccomp profile, which "RuntimeDefault" stands for: a list of what is allowed. Everything else is refused with
// EPERM (docs/isolation.md). Data and a printer, both pure; the engine takes the text inline.

import { sha256Hex } from '../../lib/sha256.ts';
import { ALLOWED_CALLS } from './allowed-calls.ts';
import { ARGUMENT_RULES, type ArgumentCheck } from './argument-rules.ts';

/**
 * Refused as if the kernel did not have them, because programs then do without: glibc falls back from clone3 to clone, whose flags can
 * be filtered, and others from io_uring to epoll and from vmsplice to write.
 */
const ABSENT_CALLS = ['clone3', 'io_uring_enter', 'io_uring_register', 'io_uring_setup', 'vmsplice'] as const;

const EPERM = 1;
const ENOSYS = 38;

/** The form of the Docker Engine, in the order of its own profile. Calls of 32-bit programs belong to no architecture here and are killed. */
export interface EngineProfile {
  readonly defaultAction: 'SCMP_ACT_ERRNO';
  readonly defaultErrnoRet: number;
  readonly archMap: readonly { readonly architecture: string; readonly subArchitectures: readonly string[] }[];
  readonly syscalls: readonly EngineRule[];
}

interface EngineRule {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  readonly errnoRet?: number;
  readonly args?: readonly EngineArgument[];
}

interface EngineArgument {
  readonly index: number;
  /** Of SCMP_CMP_MASKED_EQ the mask; the number to compare with is `valueTwo`. */
  readonly value: number;
  readonly valueTwo: number;
  readonly op: 'SCMP_CMP_MASKED_EQ';
}

export const SESSION_SECCOMP_PROFILE: EngineProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: EPERM,
  archMap: [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: [] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] },
  ],
  syscalls: [
    { names: ALLOWED_CALLS, action: 'SCMP_ACT_ALLOW' },
    ...ARGUMENT_RULES.map(
      ({ call, checks }): EngineRule => ({ names: [call], action: 'SCMP_ACT_ALLOW', args: checks.map(engineArgument) }),
    ),
    { names: ABSENT_CALLS, action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
  ],
};

function engineArgument({ index, mask, value }: ArgumentCheck): EngineArgument {
  return { index, value: mask, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' };
}

/** What is sent with every create: one line, the same bytes for the same profile. */
export const SESSION_SECCOMP_JSON = JSON.stringify(SESSION_SECCOMP_PROFILE);

/** By which the profile is known in status: `sha256:` and 64 hex digits. */
export const SESSION_SECCOMP_DIGEST = `sha256:${sha256Hex(SESSION_SECCOMP_JSON)}`;
