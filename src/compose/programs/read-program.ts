// What a role is told before it starts: its settings, its pod, its policy. Every problem of all of them at once.

import { access, constants, readFile } from 'node:fs/promises';
import { parseRoleSettings } from '../../config/load-role.ts';
import { type RoleEnvironment, readRoleEnvironment } from '../../config/role-environment.ts';
import type { RoleName, RoleSettings } from '../../config/role-settings.ts';
import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import { readPolicy } from '../policy-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface RoleProgram<Role extends RoleName> {
  readonly role: Role;
  readonly settings: RoleSettings[Role];
  readonly pod: RoleEnvironment[Role];
  readonly environment: Environment;
}

/** Rejects with `invalid`: one line for each problem. */
export async function readProgram<Role extends RoleName>(
  role: Role,
  given: { readonly configFile: string | null; readonly environment: Environment },
): Promise<RoleProgram<Role>> {
  const { configFile, environment } = given;
  const text = await readSettings(configFile);
  const settings = text.problem === null ? parseRoleSettings(role, text.value, configFile ?? 'the settings') : null;
  const pod = readRoleEnvironment(role, environment);
  const problems = [
    ...(text.problem === null ? [] : [text.problem]),
    ...(settings === null || settings.ok ? [] : settings.error),
    ...(pod.ok ? [] : pod.error),
    ...(settings?.ok === true ? await problemsAround(settings.value, environment) : []),
  ];
  if (settings?.ok !== true || !pod.ok || problems.length > 0) throw new OperatorError('invalid', problems.join('\n'));
  return { role, settings: settings.value, pod: pod.value, environment };
}

async function readSettings(
  file: string | null,
): Promise<{ readonly value: string; readonly problem: null } | { readonly problem: string }> {
  if (file === null) return { value: '', problem: null };
  try {
    return { value: await readFile(file, 'utf8'), problem: null };
  } catch (thrown) {
    return { problem: `${file}: cannot be read (${codeOf(thrown)}); name an existing file with --config` };
  }
}

/** Files that the settings name and without which nothing works. */
async function problemsAround(settings: RoleSettings[RoleName], environment: Environment): Promise<readonly string[]> {
  const problems = await Promise.all([
    ...['token', 'ca.crt'].map((name) => accountProblem(`${settings.serviceAccountDir}/${name}`)),
    ...('nodeTokenFile' in settings ? [nodeTokenProblem(settings.nodeTokenFile)] : []),
    policyProblem(settings.policyFile, environment),
  ]);
  return problems.filter((problem) => problem !== null);
}

const accountProblem = (file: string): Promise<string | null> =>
  problemOfFile(file, 'run this in a pod that mounts the token of its ServiceAccount, or set serviceAccountDir');

const nodeTokenProblem = (file: string): Promise<string | null> =>
  problemOfFile(file, 'mount a projected token of audience "mcpsession-node" there, or set nodeTokenFile');

async function problemOfFile(file: string, fix: string): Promise<string | null> {
  try {
    await access(file, constants.R_OK);
    return null;
  } catch (thrown) {
    return `${file}: cannot be read (${codeOf(thrown)}); ${fix}`;
  }
}

async function policyProblem(file: string | null, environment: Environment): Promise<string | null> {
  try {
    await readPolicy({ file, environment });
    return null;
  } catch (thrown) {
    return asOperatorError(thrown).message;
  }
}

const codeOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? 'unknown error'; // fs rejects with errno errors
