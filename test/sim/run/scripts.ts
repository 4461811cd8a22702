// Histories as files: small enough to read, exact enough to play again.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Script } from '../history.ts';
import type { Act } from '../world/acts.ts';
import type { Choice } from '../world/choices.ts';

/** Many deliveries in a row, each of what has waited longest, are written as one. */
type Line = Choice | { readonly deliver: number };

export interface ScriptFile {
  /** What went wrong, in words. */
  readonly about: string;
  readonly config: Script['config'];
  readonly end: Script['end'];
  readonly choices: readonly Line[];
}

export function readScript(path: string): Script {
  const { config, end, choices } = JSON.parse(readFileSync(path, 'utf8')) as ScriptFile; // written below
  return { config, end, choices: choices.flatMap(spread) };
}

function spread(line: Line): readonly Choice[] {
  if (typeof line === 'number' || !('deliver' in line)) return [line];
  return Array.from({ length: line.deliver }, () => 0);
}

/** One choice a line. */
export function writeScript(path: string, about: string, { config, end, choices }: Script): void {
  mkdirSync(join(path, '..'), { recursive: true });
  const lines = packed(choices).map((line) => `    ${JSON.stringify(line)}`);
  const head = [
    `  "about": ${JSON.stringify(about)},`,
    `  "config": ${JSON.stringify(config)},`,
    `  "end": ${JSON.stringify(end)},`,
  ];
  writeFileSync(path, `{\n${head.join('\n')}\n  "choices": [\n${lines.join(',\n')}\n  ]\n}\n`);
}

function packed(choices: readonly Choice[]): readonly Line[] {
  const lines: (number | Act | { deliver: number })[] = [];
  for (const choice of choices) {
    const last = lines.at(-1);
    if (choice !== 0) lines.push(choice);
    else if (typeof last === 'object' && 'deliver' in last) last.deliver += 1;
    else lines.push({ deliver: 1 });
  }
  return lines;
}

/** Histories that once failed. */
export function regressions(dir: string): readonly { readonly name: string; readonly script: Script }[] {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => ({ name, script: readScript(join(dir, name)) }));
}
