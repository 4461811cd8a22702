// What the deny list refuses whatever the patterns of the policy say, in every spelling: decided on arguments, never on text
// (requirements.md 9.4, K-05).

import { canBe, type Field, isKnown } from './field.ts';
import { isDisk, isRoot } from './paths.ts';
import { MACHINE_PROGRAMS } from './program-names.ts';

export interface StructuralCase {
  /** Its name without directories; with marks. */
  readonly program: Field;
  readonly args: readonly Field[];
  readonly directory: readonly string[] | null;
}

/** What is wrong, as a sentence about the command; null for nothing. */
export function structuralProblem(given: StructuralCase): string | null {
  const named = names(given.program);
  const text = given.args.map((arg) => arg.text);
  const machine = [...MACHINE_PROGRAMS].find(named);
  if (machine !== undefined) return `${machine} acts on the machine`;
  if (/^mkfs(?:\.|$)/.test(given.program.text)) return 'mkfs makes a file system';
  if ((named('init') || named('telinit')) && (text[0] === '0' || text[0] === '6')) return 'init 0 stops the machine';
  if (named('systemctl') && text.some((word) => /^(?:poweroff|reboot|halt|kexec)$/.test(word))) {
    return 'systemctl stops the machine';
  }
  if (named('rm') && removesRoot(given)) return 'rm removes the root directory';
  if (named('find') && text.includes('-delete') && given.args.some((arg) => isRootOf(given, arg))) {
    return 'find deletes from the root directory';
  }
  if (named('chmod') && opensRoot(given)) return 'chmod lets everybody write the root directory';
  return writesDisk(given, named) ? 'the command writes to a disk' : null;
}

/** Whether the program is the one of that name, or a pattern that can stand for it. */
function names(program: Field): (name: string) => boolean {
  const pattern = !isKnown(program) && /[^\ue000-\ue002]/.test(program.text);
  return (name) => program.text === name || (pattern && canBe(program.text, name));
}

const isRootOf = ({ directory }: StructuralCase, arg: Field): boolean => isRoot(arg, directory);

function removesRoot(given: StructuralCase): boolean {
  const { options, operands } = optionsAndOperands(given.args);
  const recursive = options.some(
    (option) => /^-[A-Za-z]*[rR]/.test(option) || (option.length > 2 && '--recursive'.startsWith(option)),
  );
  return recursive && operands.some((operand) => isRootOf(given, operand));
}

function opensRoot(given: StructuralCase): boolean {
  const { operands } = optionsAndOperands(given.args);
  const [mode, ...targets] = operands;
  const open = /^[0-7]*[2367]$|^(?:[^,]*,)?(?:[ugoa]*[ao][ugoa]*)?[+=][rwxXst]*w/.test(mode?.text ?? '');
  return open && targets.some((target) => isRootOf(given, target));
}

const DISK_WRITERS = ['tee', 'cp', 'mv', 'install', 'shred', 'truncate', 'wipefs', 'blkdiscard', 'mkswap', 'badblocks'];

function writesDisk({ args, directory }: StructuralCase, named: (name: string) => boolean): boolean {
  if (named('dd')) {
    const target = args.find(({ text }) => text.startsWith('of='));
    return target !== undefined && isDisk({ ...target, text: target.text.slice('of='.length) }, directory);
  }
  return DISK_WRITERS.some(named) && args.some((arg) => isDisk(arg, directory));
}

function optionsAndOperands(args: readonly Field[]): {
  readonly options: readonly string[];
  readonly operands: readonly Field[];
} {
  const end = args.findIndex(({ text }) => text === '--');
  const before = end < 0 ? args : args.slice(0, end);
  const isOption = ({ text }: Field): boolean => text.startsWith('-') && text !== '-';
  return {
    options: before.filter(isOption).map(({ text }) => text),
    operands: [...before.filter((arg) => !isOption(arg)), ...(end < 0 ? [] : args.slice(end + 1))],
  };
}
