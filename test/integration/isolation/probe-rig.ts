// Runs the probe as the one program of a container that is made as the product makes one, but for what a control changes.

import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import { aSessionContainer, lockedDown, newClusterId, rawDocker, removeAllOf } from '../../support/docker.ts';
import { allowDifferences, expectDifferences } from '../../support/oracle/run.ts';
import { PROBE, probeImage } from '../../probe/image.ts';
import type { Control } from './controls.ts';
import { makeNodeThings, nodeNamespaces } from './node-things.ts';
import { type CheckResult, parseReport } from './probe-report.ts';

export interface ProbeRig {
  readonly run: (control: Pick<Control, 'host' | 'config' | 'probe' | 'finds'>) => Promise<readonly CheckResult[]>;
  readonly close: () => Promise<void>;
}

export async function createProbeRig(): Promise<ProbeRig> {
  const cluster = newClusterId();
  const image = await probeImage('controls');
  const node = await makeNodeThings();

  async function run({ host, config, probe, finds }: Parameters<ProbeRig['run']>[0]) {
    const command = [...(probe ?? []), ...(probe?.includes('--as-open-init') ? [] : ['--as-init'])];
    const program = {
      imageId: image.imageId,
      entrypoint: [PROBE],
      command: [...command, `--node-namespaces=${nodeNamespaces()}`],
      init: false,
    };
    const spec = await aSessionContainer({ cluster, nodeName: 'node-1', change: program });
    const { uid } = spec.identity;
    if (finds.length > 0) {
      expectDifferences({ uid, what: finds });
      allowDifferences({ uid, what: ['*'] });
    }
    const { name, body } = toCreateRequest(lockedDown(spec));
    const change = typeof host === 'function' ? host(node) : host;
    // The printer's own documented type; no rule would accept what comes on top.
    const HostConfig = { ...(body['HostConfig'] as Record<string, unknown>), ...change };
    return parseReport(await outputOf({ name, ...body, ...config, HostConfig }));
  }

  return {
    run,
    close: async () => {
      await removeAllOf(cluster);
      await node.remove();
      await image.remove();
    },
  };
}

async function outputOf(request: Record<string, unknown>): Promise<string> {
  const container = await rawDocker().createContainer(request);
  await container.start();
  await container.wait();
  const logs = await container.logs({ stdout: true, stderr: true, follow: false });
  return plainText(logs);
}

const FRAME_HEADER_BYTES = 8;

/** Both streams without the engine's frames, in the order of writing. */
function plainText(framed: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + FRAME_HEADER_BYTES <= framed.length; ) {
    const end = at + FRAME_HEADER_BYTES + framed.readUInt32BE(at + 4);
    parts.push(framed.subarray(at + FRAME_HEADER_BYTES, end));
    at = end;
  }
  return Buffer.concat(parts).toString();
}
