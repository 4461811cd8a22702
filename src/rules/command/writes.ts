// Options with which programs that read write after all, and what the read-only profile wants of programs that would never end
// (requirements.md S1.PRO.INV).

const OPTIONS: ReadonlyMap<string, RegExp> = new Map([
  ['find', /^-(?:exec|execdir|ok|okdir|delete|fprint|fprint0|fprintf|fls)$/],
  ['sort', /^(?:-[A-Za-z]*o|--o)/],
  ['sed', /^(?:-[A-Za-z]*i|--in)/],
  ['tree', /^-o/],
  ['less', /^-[A-Za-z]*[oO]/],
  ['date', /^(?:-s|--se)/],
  ['file', /^(?:-[A-Za-z]*C|--comp)/],
  ['rg', /^--pre/],
]);

/** In the code of these programs: "w file" of sed, "print > file" of awk. */
const CODE: ReadonlyMap<string, RegExp> = new Map([
  ['sed', /(?:^|[;{}\s0-9$/!gpI])[wW]\s+\S/],
  ['awk', /\bprintf?\b[^;}\n]*>/],
]);

/** What writes or starts a program, as a sentence; null for nothing. */
export function writingOption(program: string, args: readonly string[]): string | null {
  const option = OPTIONS.get(program);
  if (option !== undefined && args.some((arg) => option.test(arg)))
    return `an option of ${program} writes or starts a program`;
  const code = CODE.get(program);
  return code !== undefined && args.some((arg) => code.test(arg.slice(0, MAX_CODE)))
    ? `the code of ${program} writes to a file`
    : null;
}

const MAX_CODE = 8192;

/** Whether a redirection writes. */
export const isWrite = (operator: string): boolean => operator.includes('>');

/** What is missing for a program that otherwise waits for a person; null for nothing. */
export function missingBatchMode(program: string, args: readonly string[]): string | null {
  if (program !== 'top') return null;
  const batch = args.some((arg) => /^-[A-Za-z]*b/.test(arg));
  const count = args.some(
    (arg, index) => /^-b?n[0-9]+$/.test(arg) || (/^-b?n$/.test(arg) && /^[0-9]+$/.test(args[index + 1] ?? '')),
  );
  return batch && count ? null : 'top needs -b and -n1';
}
