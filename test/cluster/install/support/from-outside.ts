// The command line as a person runs it on a machine outside of the pods, from its sources, with a kubeconfig.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export const MAIN = join(import.meta.dirname, '../../../../src/main.ts');

/** Never rejects for a failing command. */
export function mcpsession(
  { kubeconfig, input = '' }: { readonly kubeconfig: string; readonly input?: string },
  ...[command, ...args]: readonly [string, ...string[]]
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, command, '--kubeconfig', kubeconfig, ...args]);
    const chunks: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(chunks), stderr }));
    child.stdin.on('error', () => {}); // a command that does not read
    child.stdin.end(input);
  });
}
