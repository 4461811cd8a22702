// `make cis` on a real session container: nothing fails, and what does not pass is said by the node or is a matter of judgement.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { judgeContainer } from '../../../hack/cis/judge-container.ts';
import { readFacts, sessionContainers } from '../../../hack/cis/read-facts.ts';
import { engineSocket, sessionImage } from '../../support/docker.ts';
import { type AccessRig, createAccessRig, never } from './access-rig.ts';

let rig: AccessRig;
beforeAll(async () => {
  await sessionImage();
  rig = await createAccessRig('session-init');
});
afterAll(() => rig.close());

test('the CIS checks of a session container on the engine find no failure (S3.CMP.02)', async () => {
  const id = await rig.started();
  expect(await sessionContainers(engineSocket(), never)).toContain(id);

  const facts = await readFacts(engineSocket(), id, never);
  const results = judgeContainer(facts);
  const withStatus = (status: string) => results.filter((result) => result.status === status).map(({ id }) => id);

  expect(facts.processes?.join('\n')).toContain('/.mcpsession/init');
  expect(facts.volumes).toHaveLength(1);
  expect(withStatus('FAIL')).toEqual([]);
  expect(withStatus('INFO')).toEqual(['5.23', '5.24', '5.27', '5.28']);
  // What a node may lack: swarm off, AppArmor, seccomp, a network of one's own.
  for (const check of withStatus('WARN')) expect(['5.1', '5.2', '5.22']).toContain(check);
});

test('a container that is not there is said to be missing', async () => {
  await expect(readFacts(engineSocket(), 'no-such-container', never)).rejects.toMatchObject({ kind: 'not-found' });
});
