// Values that belong to the programs: what the chart makes of them is what the programs read.

import { expect, test } from 'vitest';
import { parseRoleSettings } from '../../../src/config/load-role.ts';
import { one, refusal, template } from './render.ts';

async function settings<Role extends 'controller' | 'frontend'>(role: Role, values: object) {
  const map = one(await template(values), 'ConfigMap', `mcpsession-${role}-settings`);
  const parsed = parseRoleSettings(role, map.data[`${role}.yaml`] ?? '', `${role}.yaml`);
  if (!parsed.ok) throw new Error(parsed.error.join('\n'));
  return parsed.value;
}

test.each(['auto', '1.41', '1.50'])(
  'controller.docker.apiVersion %s reaches the controller as it is',
  async (apiVersion) => {
    expect(await settings('controller', { 'controller.docker.apiVersion': apiVersion })).toMatchObject({
      docker: { apiVersion },
    });
  },
);

test.each([[['*']], [[]], [['session_list', 'session_get']]])(
  'frontend.tools %j reaches the front end as it is',
  async (tools) => {
    expect(await settings('frontend', { 'frontend.tools': tools })).toMatchObject({ tools });
  },
);

test.each([
  { values: { 'controller.docker.apiVersion': '1.40' }, names: '/controller/docker/apiVersion' },
  { values: { 'controller.docker.apiVersion': 1.5 }, names: '/controller/docker/apiVersion' },
  { values: { 'frontend.tools': ['session_exce'] }, names: '/frontend/tools/0' },
  { values: { 'frontend.tools': 'session_list' }, names: '/frontend/tools' },
])('the schema refuses $values', async ({ values, names }) => {
  expect(await refusal(values)).toContain(names);
});
