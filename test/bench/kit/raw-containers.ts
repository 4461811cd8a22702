// Containers of the baseline sides: the very create body that the controller sends, and a plain one; with a cluster id of
// their own, so that all of them can be found again and the controller under test never sees them.

import { randomUUID } from 'node:crypto';

import { ensureSessionImage } from '../../../hack/session-image.ts';
import { createDockerEngine } from '../../../src/docker/engine.ts';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { ImageFacts, NodeFacts } from '../../../src/model/container.ts';
import { CONTAINER_LABELS } from '../../../src/model/names.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { buildContainer } from '../../../src/plan/build-container.ts';
import { type LockedDownSpec, lockDown } from '../../../src/rules/lock-down.ts';
import { aDesiredSession } from './desired-session.ts';
import { createRawEngine, type RawEngine } from './raw-engine.ts';

export interface RawContainers extends AsyncDisposable {
  readonly engine: RawEngine;
  /** As the controller would make it from a session of defaults; a new name and UID each time. */
  hardened(): LockedDownSpec;
  /** Create and start with the body of `hardened()`; the id. */
  startHardened(): Promise<string>;
  /** Create and start of the same image and program with nothing of ours set; the id. */
  startPlain(): Promise<string>;
}

/** The hardened container has network none, so the plain one has too: what is compared is hardening, not bridges. */
const PLAIN_NETWORK = 'none';
const NODE = 'bench';

export async function openRawContainers(socketPath: string, signal: AbortSignal): Promise<RawContainers> {
  const cluster = `bench-raw-${randomUUID()}`;
  const engine = createRawEngine(socketPath);
  const { image, node } = await lookAtEngine({ socketPath, cluster }, signal);
  const hardened = (): LockedDownSpec => hardenedSpec(image, node);
  const start = async (name: string, body: unknown): Promise<string> => {
    const id = await engine.create(name, body);
    await engine.start(id);
    return id;
  };
  return {
    engine,
    hardened,
    startHardened() {
      const { name, body } = toCreateRequest(hardened());
      return start(name, body);
    },
    startPlain() {
      const { imageId, entrypoint, command } = hardened();
      const Labels = { [CONTAINER_LABELS.cluster]: cluster, [CONTAINER_LABELS.node]: NODE };
      const body = {
        Image: imageId,
        Entrypoint: entrypoint,
        Cmd: command,
        Labels,
        HostConfig: { NetworkMode: PLAIN_NETWORK },
      };
      return start(`mcps-bench-${randomUUID()}`, body);
    },
    async [Symbol.asyncDispose]() {
      await engine.removeLabelled(`${CONTAINER_LABELS.cluster}=${cluster}`);
      engine.close();
    },
  };
}

async function lookAtEngine(
  at: { readonly socketPath: string; readonly cluster: string },
  signal: AbortSignal,
): Promise<{ readonly image: ImageFacts; readonly node: NodeFacts }> {
  const { reference } = await ensureSessionImage({ socketPath: at.socketPath, log: () => {} });
  const engine = createDockerEngine({ ...at, nodeName: NODE });
  const [image, node] = await Promise.all([engine.inspectImage(reference, signal), engine.facts(signal)]);
  if (image === null) throw new OperatorError('not-found', `the engine has no image ${reference}`);
  return { image, node };
}

function hardenedSpec(image: ImageFacts, node: NodeFacts): LockedDownSpec {
  const session = aDesiredSession({ name: 'raw', nodeName: node.nodeName });
  const policy = defaultPolicy();
  const parts = {
    session,
    spec: session.spec,
    image,
    node,
    hostPaths: [],
    attempt: 0,
    policy,
    initVolume: null,
  };
  const built = buildContainer(parts);
  const locked = built.ok ? lockDown(built.value, policy) : built;
  if (locked.ok) return locked.value;
  const problems = locked.error.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new OperatorError('internal', `the bench's own session is refused: ${problems}`);
}
