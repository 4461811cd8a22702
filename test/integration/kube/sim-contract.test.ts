// The contract suite of the simulated API server on the real one.

import { afterAll, beforeAll, describe } from 'vitest';

import { systemClock } from '../../../src/process/system-clock.ts';
import { apiServerContract } from '../../sim/contract/api-server.contract.ts';
import { watchContract } from '../../sim/contract/watch.contract.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, uniqueName } from './cluster.ts';

const server = sharedApiServer();
const client = clientOf(server);
let namespace: string;

beforeAll(async () => {
  namespace = await server.newNamespace();
});
afterAll(() => client.close());

describe('the real API server', () => {
  const given = () => ({ client, clock: systemClock, namespace, unique: uniqueName });
  apiServerContract(given);
  watchContract(given);
});
