// Commands in containers on the real Docker Engine, by each of the two ways.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type AccessRig, aCommand, createAccessRig, followAll, never } from './access-rig.ts';
import { containerAccessContract } from './container-access.contract.ts';

describe('the session init', () => containerAccessContract('session-init'));
describe('the engine exec', () => containerAccessContract('engine-exec'));

describe('what the engine exec cannot do', () => {
  let rig: AccessRig;
  let id = '';
  beforeAll(async () => {
    rig = await createAccessRig('engine-exec');
    id = await rig.started();
  });
  afterAll(() => rig.close());

  test('is refused as unsupported, with what to look at', async () => {
    const { access } = rig.engine;
    const refusal = { kind: 'unsupported', message: expect.stringContaining('spec.sessionInit') as string };
    const tty = { rows: 24, columns: 80 };
    await expect(access.start(id, aCommand(['sh'], { tty }), never)).rejects.toMatchObject(refusal);
    await expect(access.files(id).stat('.', never)).rejects.toMatchObject(refusal);
    await expect(access.connect(id, 80, never)).rejects.toMatchObject(refusal);
    await expect(access.followMain(id, 0, () => {}, never)).rejects.toMatchObject(refusal);
  });

  test('more output than is worth reading ends the command', async () => {
    const command = await rig.engine.access.start(id, aCommand(['cat', '/dev/zero']), never);
    await expect(followAll(command)).rejects.toMatchObject({ kind: 'too-large' });
    expect(await command.state(never)).toMatchObject({ killed: true });
    expect(await rig.strays(id)).toEqual([]);
  });
});
