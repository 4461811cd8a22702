// Whether the engine bounds its own volumes: nothing that it says of itself tells, but it refuses to make a volume with a size where it
// cannot hold it to that (moby volume/local, "quota size requested but no quota support").

import { isFault } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { LOCAL_VOLUME_DRIVER } from '../model/attachments.ts';
import { GROUP } from '../model/names.ts';
import type { EngineClient } from './engine-client.ts';
import type { Home } from './identity-labels.ts';

const PROBE_LABEL = `${GROUP}/quota-probe`;
const PROBE_BYTES = 1_048_576;

/** Always of the same name, so that one which a kill left behind is removed by the next. Rejects when the engine does not answer. */
export async function hasDiskQuota(
  { client, home }: { readonly client: EngineClient; readonly home: Home },
  signal: AbortSignal,
): Promise<boolean> {
  const owner = `${home.cluster}/${home.nodeName}`;
  const name = `mcpsession-quota-${sha256Hex(owner).slice(0, 16)}`;
  const body = {
    Name: name,
    Driver: LOCAL_VOLUME_DRIVER,
    DriverOpts: { size: String(PROBE_BYTES) },
    Labels: { [PROBE_LABEL]: owner },
  };
  try {
    await client.call('volumeCreate', { body }, signal);
  } catch (thrown) {
    const silent = (['unavailable', 'timeout', 'cancelled'] as const).some((kind) => isFault(thrown, kind));
    if (silent) throw thrown;
    return false;
  }
  await client.call('volumeRemove', { target: name }, signal);
  return true;
}
