// Policy from a file: typed, complete, frozen. A file with any problem is refused as a whole, and every problem is named at
// once, because a policy that is half read protects half.

import { canonicalJson } from '../lib/canonical-json.ts';
import { cleanPath } from '../lib/posix-path.ts';
import { parseQuantityNano } from '../lib/quantity.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { type Policy, policySchema } from '../model/policy.ts';
import { policyIssueText } from './policy-issue.ts';
import { readYaml } from './read-yaml.ts';

/** The policy, or every problem as "<file>: <key>: <value> ...; allowed: ...". */
export function parsePolicy(text: string, fileName: string): Result<Policy, readonly string[]> {
  const documents = readYaml(text, fileName);
  if (!documents.ok) return documents;
  const [raw, ...more] = documents.value;
  if (raw === undefined || more.length > 0) {
    return err([`${fileName}: holds ${documents.value.length} documents; a policy file holds exactly one`]);
  }
  const parsed = policySchema.safeParse(raw);
  if (!parsed.success) return err(parsed.error.issues.map((issue) => `${fileName}: ${policyIssueText(issue, raw)}`));
  const contradictions = contradictionsIn(parsed.data);
  if (contradictions.length > 0) return err(contradictions.map((problem) => `${fileName}: ${problem}`));
  return ok(deepFreeze(parsed.data));
}

/** SHA-256 over the whole policy, defaults included: equal exactly when every setting is. Example: "sha256:9f86d0...". */
export const policyHash = (policy: Policy): string => `sha256:${sha256Hex(canonicalJson(policy))}`;

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
