// Reads an AppArmor profile and answers as the kernel would: a rule that denies wins over all that allow. Knows the few forms of rules
// that hack/apparmor uses, and refuses any other, so that nothing is skipped unread.

export interface FileAccess {
  readonly path: string;
  /** One of "rwklmx". */
  readonly permission: string;
  /** Whether the file belongs to the user of the process. */
  readonly owned?: boolean;
}

export interface AppArmorProfile {
  readonly name: string;
  readonly flags: readonly string[];
  readonly deniedCapabilities: readonly string[];
  /** Rules that are neither about files nor capabilities, as written. */
  readonly operations: readonly string[];
  mayOpen(access: FileAccess): boolean;
}

interface FileRule {
  readonly deny: boolean;
  readonly owner: boolean;
  readonly pattern: RegExp;
  readonly permissions: string;
}

const HEAD = /^profile (\S+) flags=\(([a-z_,]+)\) \{$/;
const FILE_RULE = /^(deny )?(owner )?(\/\S*) ([rwklmix]+),$/;
const CAPABILITY_RULE = /^(deny )?capability(?: ([a-z_]+))?,$/;
const OPERATION_RULE =
  /^(deny )?(network|unix|mount|remount|umount|pivot_root|change_profile|ptrace|signal)\b[^,]*(\([a-z, ]+\)[^,]*)?,$/;

export function parseAppArmorProfile(text: string): AppArmorProfile {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
  const [, name = '', flags = ''] = HEAD.exec(lines[0] ?? '') ?? [];
  if (name === '' || lines.at(-1) !== '}') throw new Error('not one profile with flags');
  const files: FileRule[] = [];
  const deniedCapabilities: string[] = [];
  const operations: string[] = [];
  for (const line of lines.slice(1, -1)) {
    const file = FILE_RULE.exec(line);
    const capability = CAPABILITY_RULE.exec(line);
    if (file !== null) files.push(fileRule(file));
    else if (capability !== null)
      deniedCapabilities.push(...(capability[1] === undefined ? [] : [capability[2] ?? '']));
    else if (OPERATION_RULE.test(line)) operations.push(line.replace(/,$/, ''));
    else throw new Error(`a rule of another form: ${line}`);
  }
  return {
    name,
    flags: flags.split(','),
    deniedCapabilities,
    operations,
    mayOpen: ({ path, permission, owned = false }) => {
      const matching = files.filter(
        ({ owner, pattern, permissions }) =>
          (owned || !owner) && permissions.includes(permission) && pattern.test(path),
      );
      return matching.length > 0 && !matching.some(({ deny }) => deny);
    },
  };
}

function fileRule([, deny, owner, glob = '', permissions = '']: readonly (string | undefined)[]): FileRule {
  return { deny: deny !== undefined, owner: owner !== undefined, pattern: globPattern(glob), permissions };
}

/** `**` crosses directories, `*` does not, `{a,b}` is one of both; at the end of a path a star stands for at least one character. */
function globPattern(glob: string): RegExp {
  const source = glob.replaceAll(/[.+^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\*\*|\*|\{|\}|,/g, (token) => {
    switch (token) {
      case '**':
        return '.+';
      case '*':
        return '[^/]+';
      case '{':
        return '(?:';
      case '}':
        return ')';
      default:
        return '|';
    }
  });
  return new RegExp(`^${source}$`);
}
