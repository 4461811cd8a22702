import { expect, test } from 'vitest';

import { whyNoCluster } from '../../../../hack/cluster/can-run.ts';

test.each([
  { name: 'without root', process: { platform: 'linux', getuid: () => 1000 }, says: 'a cluster needs root' },
  { name: 'on another system', process: { platform: 'darwin', getuid: () => 0 }, says: 'a cluster needs Linux' },
  { name: 'where users have no number', process: { platform: 'win32' }, says: 'and this is win32' },
])('$name it says in one line that no cluster can be made, and why', async ({ process, says }) => {
  const why = await whyNoCluster(process);
  expect(why).toContain(says);
  expect(why).not.toContain('\n');
});
