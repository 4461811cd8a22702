// The settings of one role from its file: typed, complete, every problem at once.

import type { z } from 'zod';
import { err, ok, type Result } from '../lib/result.ts';
import { readYaml } from './read-yaml.ts';
import { ROLE_SCHEMAS, type RoleName, type RoleSettings } from './role-settings.ts';
import { settingIssueText } from './setting-issue.ts';

/** Problems as "<file>: <key>: <value> is not allowed; allowed: ...". */
export function parseRoleSettings<Role extends RoleName>(
  role: Role,
  text: string,
  fileName: string,
): Result<RoleSettings[Role], readonly string[]> {
  const documents = readYaml(text, fileName);
  if (!documents.ok) return documents;
  const [raw = {}, ...more] = documents.value;
  if (more.length > 0) {
    return err([`${fileName}: holds ${documents.value.length} documents; a settings file holds at most one`]);
  }
  const schema: z.ZodType = ROLE_SCHEMAS[role];
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const what = `settings of the ${role}`;
    return err(parsed.error.issues.map((issue) => `${fileName}: ${settingIssueText(issue, { what, schema, raw })}`));
  }
  const settings = parsed.data as RoleSettings[Role]; // the schema of this role
  const problems = portProblems(settings);
  return problems.length > 0 ? err(problems.map((problem) => `${fileName}: ${problem}`)) : ok(settings);
}

/** Two listeners of one process on one port: the second would not start. */
function portProblems(settings: RoleSettings[RoleName]): readonly string[] {
  const other =
    'nodeApi' in settings
      ? { key: 'nodeApi.port', port: settings.nodeApi.port }
      : 'port' in settings
        ? { key: 'port', port: settings.port }
        : null;
  if (other === null || other.port !== settings.metrics.port) return [];
  return [`metrics.port: ${settings.metrics.port} is not allowed; allowed: another port than that of ${other.key}`];
}
