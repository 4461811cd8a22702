// The calls that make, start and end containers: what exactly the engine is asked for. Apart from engine.ts, so that a simulated engine
// can be asked by the same words.

import { z } from 'zod';

import type { ContainerEngine } from '../ports/container-engine.ts';
import type { EngineClient } from './engine-client.ts';
import { nullIfAbsent } from './null-if-absent.ts';
import type { OwnedContainers } from './owned-containers.ts';
import { parseAnswer } from './parse-answer.ts';
import { toCreateRequest } from './to-create-request.ts';

export interface LifecycleParts {
  readonly client: Pick<EngineClient, 'call'>;
  readonly owned: Pick<OwnedContainers, 'add' | 'require'>;
}

const createdSchema = z.looseObject({ Id: z.string() });

export function lifecycleCalls({
  client,
  owned,
}: LifecycleParts): Pick<ContainerEngine, 'create' | 'start' | 'stop' | 'remove'> {
  return {
    create: async (spec, signal) => {
      const { name, body } = toCreateRequest(spec);
      const answer = await client.call('containerCreate', { query: { name }, body }, signal);
      const { Id } = parseAnswer({ schema: createdSchema, answer, about: 'a new container' });
      owned.add(Id);
      return { id: Id };
    },
    start: async (containerId, signal) => {
      owned.require(containerId, 'start');
      await client.call('containerStart', { target: containerId }, signal); // 304, already running, is a success
    },
    stop: async (containerId, graceSeconds, signal) => {
      owned.require(containerId, 'stop');
      const request = { target: containerId, query: { t: String(graceSeconds) }, extraMs: graceSeconds * 1000 };
      await nullIfAbsent(client.call('containerStop', request, signal));
    },
    remove: async (containerId, signal) => {
      owned.require(containerId, 'remove');
      const request = { target: containerId, query: { force: '1', v: '1' } };
      await nullIfAbsent(client.call('containerRemove', request, signal));
    },
  };
}
