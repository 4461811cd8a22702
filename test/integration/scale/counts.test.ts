// Goals 19 and 20 of performance.md and what they rest on, as counts on real parts: requests for each session, and none while
// sessions rest. No timings: a count is the same on a busy machine.

import { afterEach, expect, test } from 'vitest';

import { createNodeStore } from '../../../src/kube/node-store.ts';
import { openOperatorRig, type OperatorRig } from '../../support/operator-rig.ts';
import { waitFor } from '../../support/wait-for.ts';

const ALONE = 5;
const RESTING = 50;
/** Many times as often as the product. A sweep in the middle of a start may cost an inspect more, so lives are counted without. */
const RELIST_MS = 250;
const SWEEP_MS = 250;
/** As many as the product makes in an hour (one a minute), and in ten minutes (one each 30 s). */
const SWEEPS = 60;
const RELISTS = 20;

let rig: OperatorRig;

afterEach(() => rig[Symbol.asyncDispose]());

const isLease = (request: string): boolean => request.includes('/leases');
const isWrite = (request: string): boolean => !/^(?:GET|WATCH) /.test(request);
const isRead = (request: string): boolean => !isWrite(request);

/** What the roles sent while `act` ran, leases left out. */
async function during(act: () => Promise<void>) {
  const { toApiServer, toEngine } = rig.sent;
  const [api, engine] = [toApiServer.length, toEngine.length];
  await act();
  return {
    toApiServer: toApiServer.slice(api).filter((request) => !isLease(request)),
    toEngine: toEngine.slice(engine).filter(isOfSession),
  };
}

/** Once per connection or sweep, or every few seconds for an image and the volume of the session init, whatever the number of sessions. */
const isOfSession = (request: string): boolean =>
  !/ \/(?:version|info|_ping|events|containers\/json|images\/.*|networks|volumes(?:\/.*)?)$/.test(request);

const sweeps = (): number => rig.sent.toEngine.filter((request) => request === 'GET /containers/json').length;
const relists = (): number =>
  rig.sent.toApiServer.filter((request) => request === 'GET /apis/mcpsession.dev/v1alpha1/mcpsessions').length;

/** Until so many of both have been made from now on. */
async function pass(more: { readonly sweeps: number; readonly relists: number }): Promise<void> {
  const [sweptBefore, listedBefore] = [sweeps(), relists()];
  const enough = () => sweeps() - sweptBefore >= more.sweeps && relists() - listedBefore >= more.relists;
  await waitFor('sweeps and re-lists', enough, 90_000);
}

/** Until the controller has nothing left to do and nothing is on its way. */
async function settled(): Promise<void> {
  await pass({ sweeps: 0, relists: 2 });
  await waitFor('an empty queue', () => {
    const pending = rig.controller.pending();
    return pending !== null && pending.queued === 0 && pending.running === 0;
  });
}

const hasImage = async (): Promise<boolean> => {
  const [node] = await createNodeStore(rig.client).list(new AbortController().signal);
  return (node?.status.images ?? []).length > 0;
};

const onSessions = (requests: readonly string[]): readonly string[] =>
  requests.filter((request) => request.includes('/mcpsessions/') && isWrite(request));
const onEvents = (requests: readonly string[]): readonly string[] =>
  requests.filter((request) => request.includes('/events'));

test('the life of a session costs three writes until it is Ready, one to delete it, five engine calls and four events', async () => {
  rig = await openOperatorRig({ intervals: { relistMs: RELIST_MS } });
  const first = await rig.create('first'); // the session init is delivered once per node
  await rig.ready('first');
  await rig.gone(first);
  await settled();
  for (let index = 0; index < ALONE; index += 1) {
    const name = `alone-${index}`;
    const path = `/apis/mcpsession.dev/v1alpha1/namespaces/${rig.namespace}/mcpsessions/${name}`;
    const life = await during(async () => {
      await rig.create(name);
      await rig.ready(name);
      await settled();
    });
    expect(onSessions(life.toApiServer)).toEqual([`PUT ${path}/status`, `PATCH ${path}`, `PUT ${path}/status`]);
    expect(life.toEngine.length, life.toEngine.join()).toBeLessThanOrEqual(5);

    const end = await during(async () => {
      await rig.gone(await rig.ready(name));
      await settled();
    });
    expect(onSessions(end.toApiServer)).toEqual([`PATCH ${path}`]);
    expect(end.toEngine.filter(isWrite)).toEqual([expect.stringMatching(/^DELETE \/containers\/[0-9a-f]{64}$/)]);
    expect(onEvents([...life.toApiServer, ...end.toApiServer]).length).toBeLessThanOrEqual(5);
  }
});

test('fifty sessions at rest cost no write, no engine mutation and no inspect, however often everything is listed', async () => {
  rig = await openOperatorRig({ intervals: { relistMs: RELIST_MS, sweepMs: SWEEP_MS } });
  const names = Array.from({ length: RESTING }, (_, index) => `rest-${index}`);
  await Promise.all(names.map((name) => rig.create(name)));
  await Promise.all(names.map((name) => rig.ready(name)));
  await settled();
  await pass({ sweeps: 2, relists: 2 }); // what they found on their way
  await waitFor('the image in the state of the node', hasImage, 60_000); // a hint, written half a minute later
  const { toApiServer, toEngine } = await during(() => pass({ sweeps: SWEEPS, relists: RELISTS }));
  expect(toApiServer.filter((request) => isWrite(request))).toEqual([]);
  expect(toApiServer.filter((request) => isRead(request) && request.includes('/mcpsessions/'))).toEqual([]);
  expect(toEngine).toEqual([]);
}, 180_000);
