// Options with which programs that read write after all, and what the read-only profile wants of programs that would never end
// (requirements.md S1.PRO.INV).

const OPTIONS: Readonly<Record<string, RegExp>> = {
  find: /^-(?:exec|execdir|ok|okdir|delete|fprint|fprint0|fprintf|fls)$/,
  sort: /^(?:-[A-Za-z]*o|--o)/,
  sed: /^(?:-[A-Za-z]*i|--in)/,
  tree: /^-o/,
  less: /^-[A-Za-z]*[oO]/,
  date: /^(?:-s|--se)/,
  file: /^(?:-[A-Za-z]*C|--comp)/,
  rg: /^--pre/,
};

/** The option that writes or starts a program; null for none. */
export function writingOption(program: string, args: readonly string[]): string | null {
  const option = OPTIONS[program];
  return option === undefined ? null : (args.find((arg) => option.test(arg)) ?? null);
}

/** What is missing for a program that otherwise waits for a person; null for nothing. */
export function missingBatchMode(program: string, args: readonly string[]): string | null {
  if (program !== 'top') return null;
  const batch = args.some((arg) => /^-[A-Za-z]*b/.test(arg));
  const count = args.some(
    (arg, index) => /^-b?n[0-9]+$/.test(arg) || (/^-b?n$/.test(arg) && /^[0-9]+$/.test(args[index + 1] ?? '')),
  );
  return batch && count ? null : 'top needs -b and -n1';
}
