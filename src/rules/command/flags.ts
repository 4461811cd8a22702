// Denied flags as arguments of their own (K-32): "--f=v" and "--f v". Where the program is a container CLI also what its other flags
// give; elsewhere nothing behind "--", which is for another program.

import { CONTAINER_CLIS } from './program-names.ts';

const CONTAINER_FLAGS = ['network', 'net', 'pid', 'ipc', 'uts', 'userns', 'cgroupns'].map((name) => `--${name}=host`);
const CONTAINER_MOUNTS = ['--device', '--mount', '--volume', '-v'];

/** The denied flag, as the policy or this file writes it; null for none. An empty policy denies none. */
export function deniedFlagIn(program: string, args: readonly string[], denied: readonly string[]): string | null {
  if (denied.length === 0) return null;
  const end = args.indexOf('--');
  if (!CONTAINER_CLIS.has(program)) return firstFlag(end < 0 ? args : args.slice(0, end), denied);
  const starts = args.includes('run') || args.includes('create');
  const flags = [...denied, ...CONTAINER_FLAGS, ...(starts ? CONTAINER_MOUNTS : [])];
  return firstFlag(args, flags) ?? (starts && args.some((arg) => /^-v./.test(arg)) ? '-v' : null);
}

function firstFlag(args: readonly string[], flags: readonly string[]): string | null {
  const set = new Set(flags);
  for (const [index, arg] of args.entries()) {
    if (!arg.startsWith('-')) continue;
    const name = arg.split('=', 1)[0] ?? arg;
    const withNext = `${arg}=${args[index + 1] ?? ''}`;
    const found = [arg, name, withNext].find((flag) => set.has(flag));
    if (found !== undefined) return found;
  }
  return null;
}
