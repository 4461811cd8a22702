// The operator's policy: from a file, or the default one. A bad file stops the program, naming every problem.

import { readFile } from 'node:fs/promises';
import { parsePolicy, policyHash } from '../config/load-policy.ts';
import { OperatorError } from '../lib/errors.ts';
import type { Policy } from '../model/policy.ts';

export async function readPolicy(file: string | null): Promise<{ readonly policy: Policy; readonly hash: string }> {
  const text = file === null ? '{}' : await readText(file);
  const parsed = parsePolicy(text, file ?? 'the default policy');
  if (!parsed.ok) throw new OperatorError('invalid', parsed.error.join('\n'));
  return { policy: parsed.value, hash: policyHash(parsed.value) };
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
