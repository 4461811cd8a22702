// One mutating request and the fate that the plan has for it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Director, ProgramName, Verdict } from './director.ts';
import type { MutatingRequest } from './effects.ts';
import { halfARequest } from './half-request.ts';
import { syntheticAnswer } from './synthetic-answer.ts';
import { pause, relay, RELAYED_MS, type Reply, type Upstream } from './upstream.ts';

export interface Mutation {
  readonly program: ProgramName;
  readonly mutating: MutatingRequest;
  readonly body: Buffer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
  readonly director: Director;
  /** Resolves when the other side may be reached. */
  readonly open: () => Promise<void>;
}

/** Never rejects: another side that is away shows as a broken connection. */
export async function mutate(mutation: Mutation): Promise<void> {
  const { program, mutating, director, request } = mutation;
  const { effect, verdict } = director.meet(program, mutating);
  const answered = (reply: Reply | null): void =>
    director.answered(effect, reply?.status ?? null, reply?.body.toString('utf8') ?? '');
  try {
    if (effect.fault === 'P') await mutation.open();
    const fate = await meetFate(mutation, verdict, answered);
    answered(null);
    if (fate === 'kill') director.kill(effect);
    if (fate !== 'relayed' && fate !== 'silent') request.socket.destroy();
  } catch {
    answered(null);
    request.socket.destroy();
  }
}

type Fate = 'relayed' | 'lost' | 'kill' | 'silent';

async function meetFate(mutation: Mutation, verdict: Verdict, answered: (reply: Reply) => void): Promise<Fate> {
  const { mutating, body, request, response, upstream } = mutation;
  const send = async (): Promise<Reply> => {
    const reply = await upstream.send(request, body);
    answered(reply);
    return reply;
  };
  const relayTo = (reply: Reply): Fate => {
    relay(reply, response);
    return 'relayed';
  };
  switch (verdict.act) {
    case 'pass':
      return relayTo(await send());
    case 'lost':
      return 'lost';
    case 'kill-before':
      return 'kill';
    case 'kill-after-reply': {
      const reply = await send();
      if (!verdict.relay) return 'kill';
      relay(reply, response);
      await pause(RELAYED_MS);
      return 'kill';
    }
    case 'reset-after-reply':
      await send();
      return 'lost';
    case 'answer':
      return relayTo(syntheticAnswer(mutating.api, verdict.code));
    case 'silence':
      return 'silent';
    case 'twice': {
      const first = await send();
      const second = await upstream.send(request, body);
      return relayTo(verdict.relay === 'first' ? first : second);
    }
    case 'half':
      await halfARequest(upstream.place, {
        method: mutating.method,
        path: mutating.path,
        headers: request.headers,
        body,
      });
      return 'lost';
    case 'delay':
      await pause(verdict.ms);
      return relayTo(await send());
    default:
      return verdict satisfies never;
  }
}
