// The commands part of a policy, compiled once for as long as the policy lives.

import { rememberByIdentity } from '../../lib/remember.ts';
import { anyPatternFound, type CommandPattern, compileCommandPattern } from '../../model/command-pattern.ts';
import type { Policy } from '../../model/policy.ts';
import { type DeniedPath, deniedPathsOf } from './paths.ts';

export interface CommandPolicy {
  readonly settings: Policy['commands'];
  /** Empty unless the list is in force. */
  readonly allow: readonly CommandPattern[];
  readonly deny: readonly CommandPattern[];
  /** Whether any of `deny` is found. */
  readonly isDenied: (text: string) => boolean;
  /** Without the values that stand behind "=". */
  readonly deniedFlagNames: ReadonlySet<string>;
  readonly deniedPaths: readonly DeniedPath[];
  /** Whether anything at all is limited; what cannot be analysed is refused then. */
  readonly restricts: boolean;
  /** Whether only what is named may run, so that what is not known may not. */
  readonly isStrict: boolean;
}

export const commandPolicyOf: (settings: Policy['commands']) => CommandPolicy = rememberByIdentity((settings) => {
  const { mode, strictPatterns: strict, deniedPaths, deniedFlags, readOnly } = settings;
  const deny =
    mode === 'denylist' ? settings.deny.map((each) => compileCommandPattern(each, { purpose: 'deny', strict })) : [];
  return {
    settings,
    allow:
      mode === 'allowlist'
        ? settings.allow.map((each) => compileCommandPattern(each, { purpose: 'allow', strict }))
        : [],
    deny,
    isDenied: anyPatternFound(deny),
    deniedFlagNames: new Set(deniedFlags.map((flag) => flag.split('=', 1)[0] ?? flag)),
    deniedPaths: deniedPathsOf(deniedPaths),
    restricts: mode !== 'none' || readOnly || deniedPaths.length > 0 || deniedFlags.length > 0,
    isStrict: mode === 'allowlist',
  };
});
