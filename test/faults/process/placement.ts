// Placement as a process of its own that can be killed: the real role, behind the proxy of the harness.

import { startPlacement } from '../../../src/compose/roles/placement.ts';
import { serveRole } from './serve.ts';

serveRole('mcpsession-placement', async (context, _order, signal) => {
  const role = startPlacement(context, signal);
  return {
    nodeApiUrl: '',
    done: role.done,
    pending: () => null,
    whenReady: async () => {},
    close: () => role.close(),
  };
});
