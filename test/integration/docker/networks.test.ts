// spec.network.mode isolated on the real engine: what the session's network is, who reaches what from inside, and its life.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawDocker } from '../../support/docker.ts';
import { createAttachmentRig, type Life } from './attachment-rig.ts';

let rig: Awaited<ReturnType<typeof createAttachmentRig>>;
beforeAll(async () => void (rig = await createAttachmentRig()));
afterAll(() => rig.close());

const isolated = { network: { mode: 'isolated' as const } };
const networkOf = async (life: Life) => (await rig.engine.attachmentsOf(life.uid, never)).networks[0];
const never = new AbortController().signal;

async function running(): Promise<Life> {
  const life = await rig.live({ change: isolated });
  expect(await life.settle()).toMatchObject({ status: 'True', reason: 'Running' });
  return life;
}

describe('a session on its own network', () => {
  test('is the only member of an internal network without an address of the node, and status proves it', async () => {
    const life = await running();
    expect(await networkOf(life)).toMatchObject({
      name: `mcps-${life.uid}`,
      differences: [],
      endpoints: [life.containerId()],
      identity: { uid: life.uid, namespace: 'team-a', name: 'hello', instanceGeneration: 1, node: 'node-1' },
    });
    const controls = life.session()?.status.isolation?.controls ?? [];
    expect(controls.filter(({ id }) => id === 'ownNetwork' || id === 'network')).toEqual([
      expect.objectContaining({ id: 'network', got: `mcps-${life.uid}, names asked of 127.0.0.1`, ok: true }),
      expect.objectContaining({ id: 'ownNetwork', got: 'internal bridge with this container alone', ok: true }),
    ]);
  });

  test('S4.CFG.04: reaches neither the node, nor what the node reaches, nor another session; names are asked of nobody', async () => {
    const [one, other] = [await running(), await running()];
    const addressOf = async (life: Life) => {
      const { NetworkSettings } = await rawDocker().getContainer(life.containerId()).inspect();
      const { IPAddress, Gateway } = NetworkSettings.Networks[`mcps-${life.uid}`] ?? { IPAddress: '', Gateway: '' };
      return { IPAddress, Gateway };
    };
    const { IPAddress, Gateway } = await addressOf(one);
    expect(IPAddress).toMatch(/^198\.1[89]\./);
    // A server of its own answers, so that a silent probe cannot pass for isolation.
    const listen = await one.run('sh', '-c', '(nc -l -p 8080 -e echo hello &) ; sleep 0.3; nc -w 2 127.0.0.1 8080');
    expect(listen.text).toContain('hello');
    await other.run('sh', '-c', '(nc -lk -p 8080 -e echo hello &) ; sleep 0.3');
    const bridge = (await rawDocker().getNetwork('bridge').inspect()) as { IPAM: { Config: { Gateway: string }[] } }; // typed as any
    const targets = [Gateway, bridge.IPAM.Config[0]?.Gateway ?? '', (await addressOf(other)).IPAddress, '1.1.1.1'];
    for (const target of targets) {
      for (const port of ['22', '8080']) {
        const reached = await one.run('nc', '-w', '1', target, port, '-e', 'true');
        expect({ target, port, ...reached }).toMatchObject({ exitCode: 1 });
      }
    }
    expect((await one.run('cat', '/proc/net/if_inet6')).text.trim()).toMatch(/^(?:\S+ 01 80 10 80 +lo)?$/);
    expect((await one.run('cat', '/etc/resolv.conf')).text).toMatch(/^nameserver 127\.0\.0\.11$/m);
    const { HostConfig } = await rawDocker().getContainer(one.containerId()).inspect();
    expect(HostConfig.Dns).toEqual(['127.0.0.1']);
  });

  test('has a bridge on which the node has no address', async () => {
    const network = await networkOf(await running());
    const { stdout } = await promisifiedIp(network?.id ?? '');
    expect(stdout).toContain(`br-${network?.id.slice(0, 12)}`);
    expect(stdout).not.toMatch(/inet /);
  });
});

describe('its life', () => {
  test('the network comes before the container and goes after it, and the finalizer after both', async () => {
    const life = await rig.live({ change: isolated });
    rig.calls.length = 0;
    await life.settle();
    life.delete();
    await life.settle();
    expect(life.session()).toBeNull();
    const mutations = rig.calls.filter((call) => /networks|containers/.test(call) && !call.startsWith('GET'));
    expect(mutations.map((call) => call.replaceAll(/[0-9a-f]{64}/g, '{}'))).toEqual([
      'POST /networks/create',
      'POST /containers/create',
      'POST /containers/{}/start',
      'DELETE /containers/{}',
      'DELETE /networks/{}',
    ]);
    expect(await rig.engine.attachmentsOf(life.uid, never)).toEqual({ networks: [], workspaces: [] });
  });

  test('it is adopted after a kill between its creation and the look at it, and there is one', async () => {
    const life = await rig.live({ change: isolated });
    await life.look(); // finalizer
    await life.look(); // image
    await life.look(); // attachments
    await life.look(); // createNetwork
    expect((await rig.networks()).filter((name) => name.endsWith(life.uid))).toHaveLength(1);
    await life.restart();
    await life.settle();
    expect((await rig.engine.attachmentsOf(life.uid, never)).networks).toHaveLength(1);
    expect(life.ready()).toMatchObject({ reason: 'Running' });
  });

  test('suspension takes it away, and resuming makes another', async () => {
    const life = await running();
    const before = await networkOf(life);
    life.change({ operatingMode: 'Suspended' });
    await life.settle();
    expect(await networkOf(life)).toBeUndefined();
    life.change({ operatingMode: 'Running' });
    expect(await life.settle()).toMatchObject({ reason: 'Running' });
    expect((await networkOf(life))?.id).not.toBe(before?.id);
  });

  test('a second network of the session is removed before the container is made', async () => {
    const life = await rig.live({ change: isolated });
    await life.look();
    const spec = (subnet: string) => ({
      Name: `mcps-${life.uid}`,
      Internal: true,
      IPAM: { Config: [{ Subnet: subnet }] },
      Labels: labelsOf(life),
    });
    await rawDocker().createNetwork(spec('198.19.255.240/30'));
    await rawDocker().createNetwork(spec('198.19.255.244/30'));
    expect(await life.settle()).toMatchObject({ reason: 'Running' });
    expect((await rig.engine.attachmentsOf(life.uid, never)).networks).toMatchObject([{ differences: [] }]);
  });

  test('a foreign network of that name is left alone and told', async () => {
    const life = await rig.live({ change: isolated });
    const foreign = await rawDocker().createNetwork({
      Name: `mcps-${life.uid}`,
      IPAM: { Config: [{ Subnet: '198.19.255.248/30' }] },
    });
    try {
      expect(await life.settle()).toMatchObject({
        reason: 'CreateRejected',
        message: expect.stringContaining('has the name of this session but not its labels') as string,
      });
      expect(await foreign.inspect()).toMatchObject({ Name: `mcps-${life.uid}` });
    } finally {
      await foreign.remove();
    }
  });

  test('a stranger on it ends the container at the next look, and it is not removed under the stranger', async () => {
    const life = await running();
    const network = rawDocker().getNetwork((await networkOf(life))?.id ?? '');
    const { imageId } = await (await import('../../support/docker.ts')).sessionImage();
    const stranger = await rawDocker().createContainer({ Image: imageId, Cmd: ['sleep', '60'] });
    try {
      await stranger.start();
      await rawDocker()
        .getContainer(life.containerId())
        .stop({ t: 0 })
        .catch(() => {});
      // The net has one address: a stranger can only come in once the session's container is off.
      await network.connect({ Container: stranger.id });
      life.delete();
      const said = await life.settle();
      expect(said).toMatchObject({
        reason: 'Deleting',
        message: expect.stringContaining(`is still used by container ${stranger.id.slice(0, 12)}`) as string,
      });
      await network.disconnect({ Container: stranger.id });
    } finally {
      await stranger.remove({ force: true });
    }
    await life.restart();
    await life.settle();
    expect(life.session()).toBeNull();
  });
});

const labelsOf = ({ uid }: Life) => ({
  'mcpsession.dev/cluster': rig.cluster,
  'mcpsession.dev/node': 'node-1',
  'mcpsession.dev/uid': uid,
  'mcpsession.dev/namespace': 'team-a',
  'mcpsession.dev/name': 'hello',
  'mcpsession.dev/instance-generation': '1',
});

async function promisifiedIp(networkId: string) {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  return promisify(execFile)('ip', ['addr', 'show', 'dev', `br-${networkId.slice(0, 12)}`]);
}
