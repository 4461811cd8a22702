// A network for each session that asks for one: an internal bridge with nobody else on it, on which the node itself has no address
// (design.md 8.16, docs/isolation.md). The engine lets several networks have one name, so each is addressed by an id that was looked at.

import { z } from 'zod';

import { isFault, OperatorError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { NetworkSpec, ObservedNetwork } from '../model/attachments.ts';
import { attachmentFilters, attachmentIdentity, attachmentLabels } from './attachment-labels.ts';
import type { EngineClient } from './engine-client.ts';
import { shortId } from './engine-errors.ts';
import type { Home } from './identity-labels.ts';
import { parseAnswer } from './parse-answer.ts';

/** No traffic between its containers, no translation of addresses, and no address of the node on the bridge: nothing there answers. */
const OPTIONS = {
  'com.docker.network.bridge.enable_icc': 'false',
  'com.docker.network.bridge.enable_ip_masquerade': 'false',
  'com.docker.network.bridge.inhibit_ipv4': 'true',
} as const;

/**
 * Addresses that no network uses (RFC 2544, 198.18.0.0/15), in nets of four: one for the gateway that is not there, one for the
 * container, none for anybody else. The engine's own pools hold about thirty networks in all.
 */
const FIRST_NET = (198 << 8) | 18;
const NETS = 2 ** 15;
const MOST_TRIES = 32;

export interface Networks {
  /** Of one session, with what is on each. */
  of(uid: string, signal: AbortSignal): Promise<readonly ObservedNetwork[]>;
  /** All of this cluster and node; what is on them is not looked at. */
  list(signal: AbortSignal): Promise<readonly ObservedNetwork[]>;
  /** Rejects with `already-exists` when a network has the name: look, adopt or refuse. */
  create(spec: NetworkSpec, signal: AbortSignal): Promise<{ readonly id: string }>;
  /** Success also when it is gone; rejects with `conflict` while somebody is on it, and with `forbidden` for one that is not ours. */
  remove(networkId: string, signal: AbortSignal): Promise<void>;
}

export function createNetworks({ client, home }: { readonly client: EngineClient; readonly home: Home }): Networks {
  const list = async (uid: string | null, signal: AbortSignal): Promise<readonly ObservedNetwork[]> => {
    const answer = await client.call('networkList', { query: { filters: attachmentFilters(home, uid) } }, signal);
    const found = parseAnswer({ schema: z.array(networkSchema), answer, about: 'all networks' });
    return found.flatMap((each) => observed(each, home) ?? []);
  };
  const inspect = async (networkId: string, signal: AbortSignal): Promise<ObservedNetwork | 'foreign' | null> => {
    try {
      const answer = await client.call('networkInspect', { target: networkId }, signal);
      return observed(parseAnswer({ schema: networkSchema, answer, about: 'a network' }), home) ?? 'foreign';
    } catch (thrown) {
      if (isFault(thrown, 'not-found')) return null;
      throw thrown;
    }
  };
  return {
    list: (signal) => list(null, signal),
    async of(uid, signal) {
      const found: ObservedNetwork[] = [];
      for (const { id } of await list(uid, signal)) {
        const network = await inspect(id, signal);
        if (network !== null && network !== 'foreign') found.push(network);
      }
      return found;
    },
    create: (spec, signal) => create(client, spec, signal),
    async remove(networkId, signal) {
      const network = await inspect(networkId, signal);
      if (network === null) return;
      if (network === 'foreign') {
        throw new OperatorError(
          'forbidden',
          `refused to remove network ${shortId(networkId)}: it lacks the labels of this cluster and node`,
        );
      }
      const [stranger] = network.endpoints;
      if (stranger !== undefined) {
        throw new OperatorError(
          'conflict',
          `network ${network.name} is still used by container ${shortId(stranger)}; disconnect it on the node`,
        );
      }
      await client.call('networkRemove', { target: networkId }, signal).catch((thrown: unknown) => {
        if (!isFault(thrown, 'not-found')) throw thrown;
      });
    },
  };
}

const createdSchema = z.looseObject({ Id: z.string() });

/** Where the session's net is taken by another one, the next is tried: the engine refuses nets that overlap. */
async function create(client: EngineClient, spec: NetworkSpec, signal: AbortSignal): Promise<{ readonly id: string }> {
  const first = Number.parseInt(sha256Hex(spec.identity.uid).slice(0, 8), 16);
  for (let tries = 0; ; tries += 1) {
    try {
      const body = networkBody(spec, subnetOf((first + tries) % NETS));
      const answer = await client.call('networkCreate', { body }, signal);
      return { id: parseAnswer({ schema: createdSchema, answer, about: 'a new network' }).Id };
    } catch (thrown) {
      const taken = thrown instanceof OperatorError && /pool overlaps/i.test(thrown.message);
      if (!taken || tries >= MOST_TRIES) throw thrown;
    }
  }
}

/** For example "198.18.4.8/30". */
export function subnetOf(index: number): string {
  const offset = index * 4;
  const high = FIRST_NET + (offset >>> 16);
  return `${high >>> 8}.${high & 0xff}.${(offset >>> 8) & 0xff}.${offset & 0xff}/30`;
}

function networkBody({ name, identity }: NetworkSpec, subnet: string): Readonly<Record<string, unknown>> {
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    Internal: true,
    EnableIPv6: false,
    Attachable: false,
    IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
    Options: OPTIONS,
    Labels: attachmentLabels(identity),
  };
}

const flag = z.boolean().nullish();
const texts = z.record(z.string(), z.string()).nullish();

const networkSchema = z.looseObject({
  Id: z.string().regex(/^[0-9a-f]{64}$/),
  Name: z.string(),
  Driver: z.string(),
  Scope: z.string(),
  Internal: flag,
  EnableIPv6: flag,
  Attachable: flag,
  Ingress: flag,
  ConfigOnly: flag,
  IPAM: z.looseObject({
    Driver: z.string(),
    Options: texts,
    Config: z.array(z.looseObject({ Subnet: z.string() })).nullish(),
  }),
  Options: texts,
  Labels: texts,
  Containers: z.record(z.string(), z.unknown()).nullish(),
});

function observed(answer: z.output<typeof networkSchema>, home: Home): ObservedNetwork | null {
  const identity = attachmentIdentity(answer.Labels, home);
  if (identity === null) return null;
  const { Id: id, Name: name, Containers } = answer;
  return { id, name, identity, differences: differencesOf(answer), endpoints: Object.keys(Containers ?? {}).sort() };
}

/** What the engine says of the network against what we always ask for. */
function differencesOf(answer: z.output<typeof networkSchema>): readonly string[] {
  const options = answer.Options ?? {};
  const names = new Set([...Object.keys(OPTIONS), ...Object.keys(options)]);
  const wanted: Readonly<Record<string, string>> = OPTIONS;
  const facts = [
    { name: 'Driver', holds: answer.Driver === 'bridge' && answer.Scope === 'local' },
    { name: 'Internal', holds: answer.Internal === true },
    { name: 'EnableIPv6', holds: answer.EnableIPv6 !== true },
    { name: 'Attachable', holds: answer.Attachable !== true },
    { name: 'Ingress', holds: answer.Ingress !== true && answer.ConfigOnly !== true },
    { name: 'IPAM', holds: isOurNet(answer.IPAM) },
    ...[...names].sort().map((name) => ({ name: `Options[${name}]`, holds: options[name] === wanted[name] })),
  ];
  return facts.filter(({ holds }) => !holds).map(({ name }) => name);
}

function isOurNet({ Driver, Config }: z.output<typeof networkSchema>['IPAM']): boolean {
  const [net, ...others] = Config ?? [];
  return Driver === 'default' && others.length === 0 && /^198\.1[89]\.\d{1,3}\.\d{1,3}\/30$/.test(net?.Subnet ?? '');
}
