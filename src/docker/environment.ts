// "NAME=value", as the engine keeps variables. Pure.

import type { EnvironmentEntry } from '../model/container.ts';

export function parseEnvironment(lines: readonly string[]): readonly EnvironmentEntry[] {
  return lines.map((line) => {
    const at = line.indexOf('=');
    return at < 0 ? { name: line, value: '' } : { name: line.slice(0, at), value: line.slice(at + 1) };
  });
}

export function printEnvironment(entries: readonly EnvironmentEntry[]): readonly string[] {
  return entries.map(({ name, value }) => `${name}=${value}`);
}
