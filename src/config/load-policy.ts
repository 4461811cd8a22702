// Policy from a file: typed, complete, frozen. A file with any problem is refused as a whole, and every problem is named at
// once, because a policy that is half read protects half.

import { canonicalJson } from '../lib/canonical-json.ts';
import { isPlainObject } from '../lib/plain-object.ts';
import { cleanPath } from '../lib/posix-path.ts';
import { parseQuantityNano } from '../lib/quantity.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { commandPatternProblems } from '../model/command-pattern.ts';
import { PROFILE_DEFAULTS, PROFILE_NAMES, type Policy, type ProfileName, policySchema } from '../model/policy.ts';
import { policyFileSchema, type PolicySet, YOLO_ACKNOWLEDGEMENT } from '../model/policy-set.ts';
import { policyIssueText } from './policy-issue.ts';
import { readYaml } from './read-yaml.ts';

type Settings = Readonly<Record<string, unknown>>;

/**
 * All four profiles, or every problem as "<file>: <key>: <value> ...; allowed: ...". Each profile is made of layers, the later one
 * wins: the defaults, the top of the file, what makes the profile (model/policy.ts), the profile's part of the file, `overrides`.
 */
export function parsePolicy(
  text: string,
  fileName: string,
  overrides: Settings = {},
): Result<PolicySet, readonly string[]> {
  const documents = readYaml(text, fileName);
  if (!documents.ok) return documents;
  const [raw, ...more] = documents.value;
  if (raw === undefined || more.length > 0) {
    return err([`${fileName}: holds ${documents.value.length} documents; a policy file holds exactly one`]);
  }
  const { yolo, ...settings } = overrides;
  const given = yolo === undefined || !isPlainObject(raw) ? raw : merge(raw, { yolo });
  const parsed = policyFileSchema.safeParse(given);
  if (!parsed.success) return err(parsed.error.issues.map((issue) => `${fileName}: ${policyIssueText(issue, given)}`));
  const { defaultProfile, profiles, suspendAll, suspendKeepsContainers, yolo: switched, ...top } = parsed.data;
  const problems = yoloProblems(switched, defaultProfile);
  const build = (profile: ProfileName): Policy => {
    const layers = [top, PROFILE_DEFAULTS[profile], profiles[profile] ?? {}, settings];
    return policySchema.parse({ ...layers.reduce<Settings>(merge, {}), profile, yolo: switched.enabled });
  };
  const built = PROFILE_NAMES.map(build);
  problems.push(...patternProblems(top, ''), ...patternProblems(settings, ''));
  for (const name of PROFILE_NAMES) problems.push(...patternProblems(profiles[name], `profiles.${name}.`));
  problems.push(...new Set(built.flatMap(contradictionsIn)));
  if (problems.length > 0) return err(problems.map((problem) => `${fileName}: ${problem}`));
  const hashed = built.map((policy) => [policy.profile, { policy, hash: hashOf(policy) }] as const);
  const set = {
    defaultProfile,
    profiles: Object.fromEntries(hashed) as PolicySet['profiles'], // one entry for each name
    suspension: suspendAll ? (suspendKeepsContainers ? 'refuse' : 'stop') : 'none',
    yolo: switched.enabled,
  } as const;
  return ok(deepFreeze({ ...set, hash: hashOf(set) }));
}

/** Every key at its default. */
export function defaultPolicySet(): PolicySet {
  const parsed = parsePolicy('{}', 'the default policy');
  if (!parsed.ok) throw new Error(parsed.error.join('; ')); // a mistake in the defaults themselves
  return parsed.value;
}

const hashOf = (value: unknown): string => `sha256:${sha256Hex(canonicalJson(value))}`;

/** Objects are merged key by key; anything else, lists too, replaces what was there. */
function merge(below: Settings, above: Settings): Settings {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const old = merged[key];
    merged[key] = isPlainObject(old) && isPlainObject(value) ? merge(old, value) : value;
  }
  return merged;
}

/** Patterns where they are written, so that each problem names its place in the file. */
function patternProblems(given: Settings | undefined, prefix: string): readonly string[] {
  const commands = given?.['commands'];
  if (!isPlainObject(commands)) return [];
  return ['allow', 'deny'].flatMap((list) => {
    const patterns = commands[list];
    if (!Array.isArray(patterns)) return [];
    return commandPatternProblems(patterns.map(String)).map((problem) => `${prefix}commands.${list}${problem}`);
  });
}

function yoloProblems(
  yolo: { readonly enabled: boolean; readonly acknowledge: string },
  defaultProfile: ProfileName,
): string[] {
  if (!yolo.enabled) return [];
  if (yolo.acknowledge !== YOLO_ACKNOWLEDGEMENT) {
    return [
      `yolo.enabled: true switches every rule off and needs yolo.acknowledge: ${JSON.stringify(YOLO_ACKNOWLEDGEMENT)}`,
    ];
  }
  if (defaultProfile !== 'production') return [];
  return ['yolo.enabled: true is not allowed together with defaultProfile "production"; choose one'];
}

/** Settings that are each valid and together are not. */
function contradictionsIn({ limits, exec, mounts }: Policy): readonly string[] {
  const problems: string[] = [];
  if ((parseQuantityNano(limits.minMemory) ?? 0n) > (parseQuantityNano(limits.maxMemory) ?? 0n)) {
    problems.push(`limits.minMemory: "${limits.minMemory}" is above limits.maxMemory ("${limits.maxMemory}")`);
  }
  for (const key of ['maxCpu', 'maxMemory', 'maxTmpfs'] as const) {
    if (parseQuantityNano(limits[key]) === 0n)
      problems.push(`limits.${key}: "${limits[key]}" would refuse every session`);
  }
  if (exec.defaultTimeoutSeconds > exec.maxTimeoutSeconds) {
    problems.push(
      `exec.defaultTimeoutSeconds: ${exec.defaultTimeoutSeconds} is above exec.maxTimeoutSeconds (${exec.maxTimeoutSeconds})`,
    );
  }
  for (const [index, root] of (mounts.allowedRoots ?? []).entries()) {
    if (cleanPath(root) === root) continue;
    problems.push(
      `mounts.allowedRoots[${index}]: ${JSON.stringify(root)} is not plainly written; "${cleanPath(root)}" is`,
    );
  }
  return problems;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
