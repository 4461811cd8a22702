// The operator's policy: from a file and the environment, or the default one. At start a bad file stops the program, naming every
// problem; later it is refused as a whole and the policy in force stays (docs/policy.md).

import { readFile } from 'node:fs/promises';
import { policyFromEnvironment } from '../config/environment-policy.ts';
import { parsePolicy } from '../config/load-policy.ts';
import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { PolicySet } from '../model/policy-set.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Policies } from '../ports/policies.ts';
import type { Metrics } from '../process/metrics.ts';
import { bypassedCategories } from '../rules/registry.ts';

export interface PolicyPlace {
  /** null: every key at its default. */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Rejects with `invalid` and every problem of file and environment. */
export async function readPolicy({ file, environment }: PolicyPlace): Promise<PolicySet> {
  const text = file === null ? '{}' : await readText(file);
  return parse(text, { file, environment });
}

function parse(text: string, { file, environment }: PolicyPlace): PolicySet {
  const fromEnvironment = policyFromEnvironment(environment);
  const overrides = fromEnvironment.ok ? fromEnvironment.value : {};
  const parsed = parsePolicy(text, file ?? 'the policy', overrides);
  const problems = [...(fromEnvironment.ok ? [] : fromEnvironment.error), ...(parsed.ok ? [] : parsed.error)];
  if (problems.length > 0 || !parsed.ok) throw new OperatorError('invalid', problems.join('\n'));
  return parsed.value;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new OperatorError(
      'invalid',
      `policy file ${file} cannot be read (${code}); name an existing file with --policy`,
      { cause },
    );
  }
}

export interface LivePolicies extends Policies {
  /** Called after each change, with what is in force from now on. */
  onChange(listener: (set: PolicySet) => void): void;
  /** Called when a changed file is refused. */
  onRefused(listener: (problems: string) => void): void;
  /** Looks at the file until `signal` aborts; never rejects. */
  keep(signal: AbortSignal): Promise<void>;
}

/** A mounted ConfigMap is changed by swapping links, which file events miss: the content is compared (a few kilobytes). */
const LOOK_EVERY_MS = 1_000;

export async function openPolicies(
  place: PolicyPlace,
  parts: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
): Promise<LivePolicies> {
  const { clock, log, metrics } = parts;
  const { file } = place;
  let text = file === null ? '{}' : await readText(file);
  let set = parse(text, place);
  const changed: ((set: PolicySet) => void)[] = [];
  const refused: ((problems: string) => void)[] = [];
  const show = (): void => {
    metrics.policyValid.set(1);
    metrics.yoloMode.set(set.yolo ? 1 : 0);
    if (set.suspension !== 'none') log.warn('all sessions are suspended by policy', { suspension: set.suspension });
    if (set.yolo) log.warn(yoloBanner());
  };
  show();

  const look = async (): Promise<void> => {
    if (file === null) return;
    let found = '';
    try {
      found = await readText(file);
      if (found === text) return;
      text = found; // a bad file is told of once
      const next = parse(found, place);
      if (next.hash === set.hash) return show();
      set = next;
    } catch (thrown) {
      if (found === '' && text === '') return;
      if (found === '') text = ''; // gone: told of once
      const { message } = asOperatorError(thrown);
      metrics.policyValid.set(0);
      metrics.policyReloads.inc({ outcome: 'refused' });
      log.error('policy file refused; the policy before it stays in force', { file, problems: message });
      for (const listener of refused) listener(message);
      return;
    }
    show();
    metrics.policyReloads.inc({ outcome: 'changed' });
    log.info('policy changed', { file, hash: set.hash, defaultProfile: set.defaultProfile });
    for (const listener of changed) listener(set);
  };

  return {
    current: () => set,
    onChange: (listener) => void changed.push(listener),
    onRefused: (listener) => void refused.push(listener),
    async keep(signal) {
      while (!signal.aborted) {
        await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {}); // aborted: the loop ends
        if (!signal.aborted) await look();
      }
    },
  };
}

/** One line per kind of check that is off; made from what the evaluator bypasses, so that the two cannot drift (S0.L7.06). */
export const yoloBanner = (): string =>
  `YOLO: every safety rule is off (${bypassedCategories().join('; ')}); authentication, rights, ownership and rate limits stay on`;
