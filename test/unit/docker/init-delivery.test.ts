import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { EngineClient } from '../../../src/docker/engine-client.ts';
import { createInitDelivery } from '../../../src/docker/init-delivery.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { sha256Hex } from '../../../src/lib/sha256.ts';
import { silentLog } from '../../../src/ports/log.ts';

interface Engine {
  /** The volume is there, by our label, before this delivery begins. */
  readonly has: boolean;
  /** What the engine does with the container that proves it. */
  readonly proof: 'refused' | 'exits 127';
}

/** Delivers once to such an engine, and gives the calls that changed something on it. */
async function deliverTo({ has, proof }: Engine): Promise<readonly string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'mcps-init-delivery-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'init');
  writeFileSync(file, 'a program');
  const tag = sha256Hex(Buffer.from('a program')).slice(0, 16);
  const changes: string[] = [];
  const answers: Readonly<Record<string, () => unknown>> = {
    containerList: () => [],
    imageInspect: () => ({}),
    volumeInspect: () => {
      if (!has) throw new OperatorError('not-found', 'no such volume');
      return { Name: 'init', Labels: { 'mcpsession.dev/init': tag } };
    },
    containerCreate: () => {
      if (proof === 'refused') throw new OperatorError('internal', 'server error');
      return { Id: 'c1' };
    },
    containerInspect: () => ({ State: { Status: 'exited', ExitCode: 127 } }),
  };
  const client = {
    call: async (name: string) => {
      if (!/List|Inspect/.test(name)) changes.push(name);
      return answers[name]?.() ?? {};
    },
  } as unknown as EngineClient; // what a delivery asks
  const home = { cluster: 'c', nodeName: 'n' };
  const delivery = createInitDelivery({ client, home, log: silentLog, programFile: file });
  await expect(delivery.volume(new AbortController().signal)).rejects.toThrow(OperatorError);
  return changes;
}

test('a volume that was there stays when the engine refuses its proof: another controller may be about to use it', async () => {
  expect(await deliverTo({ has: true, proof: 'refused' })).toEqual(['containerCreate']);
});

test('a volume that was just made goes again when the engine refuses its proof: it is empty', async () => {
  expect(await deliverTo({ has: false, proof: 'refused' })).toEqual([
    ...['volumeRemove', 'volumeCreate', 'containerCreate', 'volumeRemove'],
  ]);
});

test('a volume from which the program does not run goes, whoever made it', async () => {
  expect(await deliverTo({ has: true, proof: 'exits 127' })).toEqual([
    ...['containerCreate', 'containerStart', 'containerRemove', 'volumeRemove'],
  ]);
});
