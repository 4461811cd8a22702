// `mcpsession self-test`: its arguments.

import { err, ok, type Result } from '../../lib/result.ts';
import { parseFlags, type Problems, string } from './flags.ts';

/** What an installation can be asked, from inside the cluster. */
export const SELF_TESTS = ['webhook', 'frontend', 'nodes'] as const;
export type SelfTestName = (typeof SELF_TESTS)[number];

export interface SelfTestOptions {
  readonly test: SelfTestName;
  /** How long an answer may take that is not the right one yet. */
  readonly timeoutSeconds: number;
  /** Holds `token` and `ca.crt`. */
  readonly serviceAccountDir: string;
  /** Token of audience mcpsession, for the front end. */
  readonly tokenFile: string;
}

const MAX_SECONDS = 600;

export function parseSelfTest(argv: readonly string[]): Result<SelfTestOptions, Problems> {
  const flags = parseFlags(
    argv,
    { timeout: string, 'service-account-dir': string, 'token-file': string },
    'positionals',
  );
  const [name, ...more] = flags.positionals;
  const test = SELF_TESTS.find((known) => known === name);
  const timeout = flags.text('timeout') ?? '60';
  const seconds = /^[0-9]{1,3}$/.test(timeout) ? Number(timeout) : 0;
  const problems = [
    ...flags.problems,
    ...(test === undefined || more.length > 0 ? [`self-test: name one of ${SELF_TESTS.join(', ')}`] : []),
    ...(seconds < 1 || seconds > MAX_SECONDS
      ? [`--timeout ${JSON.stringify(timeout)}: must be seconds from 1 to ${MAX_SECONDS}`]
      : []),
  ];
  if (test === undefined || problems.length > 0) return err(problems);
  return ok({
    test,
    timeoutSeconds: seconds,
    serviceAccountDir: flags.text('service-account-dir') ?? '/var/run/secrets/kubernetes.io/serviceaccount',
    tokenFile: flags.text('token-file') ?? '/var/run/secrets/mcpsession/token',
  });
}
