// What `helm test` runs, as its pods run it: the bundle, with the account and the rights that the chart makes for them.

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requestToken } from '../../../src/kube/install.ts';
import { FRONTEND_AUDIENCE, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { BUNDLE } from '../../support/running-up.ts';
import { NAMESPACE, templateText } from '../chart/render.ts';
import { tokenOf } from '../webhook/floor-rig.ts';
import { authorityOf, must, never, podOf, type RoleRig } from './role-rig.ts';

const ACCOUNT = 'mcpsession-test';

interface Asked {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function openSelfTest(rig: RoleRig): Promise<{
  readonly ask: (test: 'webhook' | 'nodes', ...more: readonly string[]) => Promise<Asked>;
  /** Of the account, for the front end. */
  readonly token: string;
}> {
  const rights = await templateText({}, '--show-only', 'templates/tests/account.yaml');
  await must(rig.server, ['apply', '-f', '-'], rights.replaceAll(NAMESPACE, SYSTEM_NAMESPACE));
  const account = { namespace: SYSTEM_NAMESPACE, serviceAccount: ACCOUNT };
  const wanted = { ...account, audience: FRONTEND_AUDIENCE, expirationSeconds: 600 };
  const { token } = await requestToken(rig.admin, wanted, never);
  const dir = join(rig.dir, 'self-test');
  await mkdir(dir);
  await writeFile(join(dir, 'token'), await tokenOf(rig.admin, { account: ACCOUNT, namespace: SYSTEM_NAMESPACE }));
  await writeFile(join(dir, 'ca.crt'), authorityOf(rig.server));
  const env = {
    ...podOf({ server: rig.server, role: 'placement', nodeName: rig.nodeName }),
    PATH: process.env['PATH'],
  };
  return {
    token,
    ask: (test, ...more) =>
      new Promise((resolve) => {
        const args = [BUNDLE, 'self-test', test, '--service-account-dir', dir, ...more];
        const child = execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : child.exitCode, stdout, stderr }),
        );
      }),
  };
}
