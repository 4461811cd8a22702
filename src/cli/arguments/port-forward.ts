// `mcpsession port-forward`: its arguments.

import { BlockList, isIP } from 'node:net';
import { err, ok, type Result } from '../../lib/result.ts';
import { CONNECTION_FLAGS, connectionOf, type ConnectionOptions, connectionProblems } from './connection.ts';
import { parseFlags, type Problems, string } from './flags.ts';
import { problemsOf, sessionNameProblems } from './values.ts';

export interface PortPair {
  /** 0: any free one. */
  readonly local: number;
  readonly remote: number;
}

export interface PortForwardOptions {
  readonly connection: ConnectionOptions;
  readonly session: string;
  /** IP address to listen on. */
  readonly address: string;
  /** Others than this machine reach the address. */
  readonly isExposed: boolean;
  readonly ports: readonly PortPair[];
}

const MAX_PORT = 65_535;
const FLAGS = { ...CONNECTION_FLAGS, address: string } as const;

export function parsePortForward(argv: readonly string[]): Result<PortForwardOptions, Problems> {
  const flags = parseFlags(argv, FLAGS, 'positionals');
  const connection = connectionOf(flags);
  const named = flags.text('address') ?? '127.0.0.1';
  const address = named === 'localhost' ? '127.0.0.1' : named;
  const [session = '', ...specs] = flags.positionals;
  const pairs = specs.map(parsePortPair);
  const ports = pairs.flatMap((pair) => (pair.ok ? [pair.value] : []));
  const problems = [
    ...flags.problems,
    ...connectionProblems(connection),
    ...(isIP(address) === 0 ? [`--address ${JSON.stringify(named)}: must be an IP address of this machine`] : []),
    ...(session === '' ? ['port-forward: name the session'] : sessionNameProblems(session)),
    ...(specs.length === 0 ? ['port-forward: name at least one port, as REMOTE or LOCAL:REMOTE'] : []),
    ...pairs.flatMap(problemsOf),
    ...twice(ports),
  ];
  if (problems.length > 0) return err(problems);
  return ok({ connection, session, address, isExposed: !isLoopback(address), ports });
}

/** "8080": the same on both sides. "9000:8080": local, remote. ":8080": any free local one. */
export function parsePortPair(text: string): Result<PortPair, Problems> {
  const match = /^(?:([0-9]{0,5}):)?([0-9]{1,5})$/.exec(text);
  const remote = Number(match?.[2] ?? Number.NaN);
  const local = match?.[1] === undefined ? remote : Number(match[1]);
  return remote >= 1 && remote <= MAX_PORT && local <= MAX_PORT
    ? ok({ local, remote })
    : err([`port ${JSON.stringify(text)}: must be REMOTE, LOCAL:REMOTE or :REMOTE, with ports from 1 to ${MAX_PORT}`]);
}

function twice(ports: readonly PortPair[]): Problems {
  const locals = ports.map(({ local }) => local).filter((local) => local !== 0);
  const repeated = new Set(locals.filter((local, at) => locals.indexOf(local) !== at));
  return [...repeated].map((local) => `local port ${local} is named twice`);
}

function isLoopback(address: string): boolean {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
