// A child process: controller and node API with one session, for whoever measures this process from outside. Says where it listens, and ends
// with any message.

import { once } from 'node:events';

import { openBenchController } from '../kit/bench-controller.ts';
import { openBenchNodeApi } from '../kit/node-api.ts';

const LIFE_MS = 600_000;
/** As large as the policy allows. */
const SPEC = { workspace: { sizeLimit: '1Gi' }, resources: { memory: '2Gi' } };

const [socketPath = ''] = process.argv.slice(2);
const end = once(process, 'message');
const parentIsGone = once(process, 'disconnect');
await using controller = await openBenchController({ socketPath }, AbortSignal.timeout(LIFE_MS));
const { meta } = await controller.start(SPEC);
await using nodeApi = await openBenchNodeApi(controller);
process.send?.({ endpoint: nodeApi.endpoint, meta });
await Promise.race([end, parentIsGone]);
process.disconnect?.();
