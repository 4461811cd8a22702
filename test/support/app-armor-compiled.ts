// Compiles an AppArmor profile with AppArmor's own parser and walks the resulting table for files as the kernel does. Needs no kernel
// with AppArmor. Source: Linux security/apparmor/match.c (the table), policy_unpack.c (where it stands), file.c (its permissions).

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import type { FileAccess } from './app-armor-profile.ts';

export interface CompiledProfile {
  readonly name: string;
  mayOpen(access: FileAccess): boolean;
}

/** `packages` holds the files of Debian's package apparmor. Throws with the parser's words when it refuses the profile. */
export function compileAppArmorProfile(packages: string, file: string): CompiledProfile {
  const parser = join(packages, 'sbin/apparmor_parser');
  const features = join(packages, 'etc/apparmor.d/abi/3.0');
  const run = (output: string): Buffer =>
    execFileSync(
      parser,
      [
        ...['--skip-kernel-load', '--skip-cache', '--quiet', '--config-file', '/dev/null'],
        ...['--kernel-features', features, '--policy-features', features, output, file],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
  const table = fileTable(run('--stdout'));
  return { name: run('--names').toString().trim(), mayOpen: (access) => mayOpen(table, access) };
}

interface Table {
  readonly accept: readonly number[];
  readonly base: readonly number[];
  readonly check: readonly number[];
  readonly fallback: readonly number[];
  /** Class of each byte; empty: every byte is its own. */
  readonly classes: readonly number[];
  readonly next: readonly number[];
}

const START = 1;
const BASE_MASK = 0xff_ffff;
const DIFFERENTIAL = 0x8000_0000;

/** Bits of one half of an accept entry: that of the owner, and 14 bits above it that of everybody else. */
const PERMISSIONS: Readonly<Record<string, number>> = { x: 0x1, w: 0x2, r: 0x4, l: 0x10, k: 0x20, m: 0x40 };
const OTHER_SHIFT = 14;

/** A new name of a link is allowed together with what it is a link to: the names follow each other, with a zero between them. */
const LINK_TO = '\0/workspace/target';

function mayOpen(table: Table, { path, permission, owned = false }: FileAccess): boolean {
  const names = permission === 'l' ? [path, path + LINK_TO] : [path];
  return names.every((name) => {
    const state = Buffer.from(name).reduce((at, byte) => step(table, at, byte), START);
    const bits = (table.accept[state] ?? 0) >>> (owned ? 0 : OTHER_SHIFT);
    return (bits & (PERMISSIONS[permission] ?? 0)) !== 0;
  });
}

function step(table: Table, from: number, byte: number): number {
  const input = table.classes.length === 0 ? byte : (table.classes[byte] ?? 0);
  let state = from;
  for (;;) {
    const base = table.base[state] ?? 0;
    const position = (base & BASE_MASK) + input;
    if (table.check[position] === state) return table.next[position] ?? 0;
    state = table.fallback[state] ?? 0;
    if ((base & DIFFERENTIAL) === 0) return state;
  }
}

const NAME = Buffer.from('\u0004\u0006\0aadfa\0', 'latin1');
const BLOB = 6;

/** The last table of the profile; the one before it is for everything that is no file. */
function fileTable(compiled: Buffer): Table {
  const at = compiled.lastIndexOf(NAME) + NAME.length;
  if (at < NAME.length || compiled[at] !== BLOB) throw new Error('the compiled profile holds no table for files');
  const blob = compiled.subarray(at + 5, at + 5 + compiled.readUInt32LE(at + 1));
  return parseTable(blob.subarray(blob.indexOf(MAGIC)));
}

const MAGIC = Buffer.from([0x1b, 0x5e, 0x78, 0x3d]);
const IDS = { accept: 1, base: 2, check: 3, fallback: 4, classes: 5, next: 8 } as const;

/** Big-endian, every part padded to 8 bytes. */
function parseTable(blob: Buffer): Table {
  const parts = new Map<number, readonly number[]>();
  let at = blob.readUInt32BE(4);
  while (at + 12 <= blob.length) {
    const id = blob.readUInt16BE(at);
    const width = blob.readUInt16BE(at + 2);
    const length = blob.readUInt32BE(at + 8);
    const start = at + 12;
    if (id === 0) break;
    parts.set(
      id,
      Array.from({ length }, (_, index) => readUnsigned(blob, start + index * width, width)),
    );
    at += Math.ceil((12 + length * width) / 8) * 8;
  }
  const part = (id: number): readonly number[] => parts.get(id) ?? [];
  return {
    accept: part(IDS.accept),
    base: part(IDS.base),
    check: part(IDS.check),
    fallback: part(IDS.fallback),
    classes: part(IDS.classes),
    next: part(IDS.next),
  };
}

const readUnsigned = (blob: Buffer, at: number, width: number): number => blob.readUIntBE(at, width);
