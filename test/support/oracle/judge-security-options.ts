// SecurityOpt, read as the engine does: in order, the last one wins. Nothing may be said twice, so that order cannot matter.

import { DENIED_CALLS } from './profile.ts';
import { type Finding, type Kind, listOf, recordOf, shown, textsOf } from './subject.ts';

export function judgeSecurityOptions(options: readonly string[], kind: Kind): readonly Finding[] {
  const parsed = options.map(split);
  const valuesOf = (key: string): readonly string[] =>
    parsed.flatMap((option) => (option.key === key ? [option.value] : []));
  const others = parsed.filter(({ key }) => !['no-new-privileges', 'seccomp', 'apparmor'].includes(key));
  return [
    ...finding('no-new-privileges', 'true, once', valuesOf('no-new-privileges'), (values) => {
      return values.length === 1 && ['', 'true', '1'].includes(values[0] ?? 'false');
    }),
    ...finding('seccomp', 'a profile that denies by default', valuesOf('seccomp'), (values) =>
      kind === 'delivery' ? values.length === 0 : values.length === 1 && seccompProblem(values[0] ?? '') === null,
    ),
    ...finding('apparmor', 'a profile or nothing', valuesOf('apparmor'), (values) => {
      return values.length <= 1 && !values.includes('unconfined');
    }),
    ...finding(
      'other',
      'nothing',
      others.map(({ key }) => key),
      (keys) => keys.length === 0,
    ),
  ];
}

function finding(
  name: string,
  want: string,
  values: readonly string[],
  holds: (values: readonly string[]) => boolean,
): readonly Finding[] {
  if (holds(values)) return [];
  const problem = name === 'seccomp' && values.length === 1 ? seccompProblem(values[0] ?? '') : null;
  return [{ what: `SecurityOpt.${name}`, want, got: problem ?? shown(values) }];
}

function split(option: string): { readonly key: string; readonly value: string } {
  const at = option.includes('=') ? option.indexOf('=') : option.indexOf(':');
  return at < 0 ? { key: option, value: '' } : { key: option.slice(0, at), value: option.slice(at + 1) };
}

/** Null for a profile that refuses what it does not name, and names nothing that no session may call. */
export function seccompProblem(profile: string): string | null {
  let read: unknown;
  try {
    read = JSON.parse(profile);
  } catch {
    return shown(profile);
  }
  const { defaultAction, syscalls } = recordOf(read);
  if (!/^SCMP_ACT_(?:ERRNO|KILL|KILL_PROCESS|KILL_THREAD)$/.test(String(defaultAction)))
    return `default action ${shown(defaultAction)}`;
  const allowed = listOf(syscalls).flatMap((each) => {
    const { action, names, name, args, includes } = recordOf(each);
    const passes = action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG';
    const needsCapability = listOf(recordOf(includes)['caps']).length > 0; // and no container of ours has any
    return passes && !needsCapability && listOf(args).length === 0 ? [...textsOf(names), ...textsOf([name])] : [];
  });
  const denied = allowed.filter((call) => DENIED_CALLS.has(call));
  return denied.length === 0 ? null : `allows ${denied.join(', ')}`;
}
