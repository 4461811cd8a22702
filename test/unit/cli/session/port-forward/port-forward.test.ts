import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { PortForwardOptions } from '../../../../../src/cli/arguments/port-forward.ts';
import type { Listen } from '../../../../../src/cli/session/port-forward/listen.ts';
import { runPortForward } from '../../../../../src/cli/session/port-forward/port-forward.ts';
import { relay } from '../../../../../src/cli/session/port-forward/relay.ts';
import { OperatorError } from '../../../../../src/lib/errors.ts';
import type { NodeAccess } from '../../../../../src/ports/node-access.ts';
import { clientOf, fakeAccess, fakeConsole } from '../../../../support/cli-fakes.ts';

/** Two ends of one connection, each open for writing after its end has been read. */
function connection(): readonly [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const end = (other: () => Duplex | undefined): Duplex =>
    new Duplex({
      allowHalfOpen: true,
      read() {},
      write(chunk, _encoding, done) {
        other()?.push(chunk);
        done();
      },
      final(done) {
        other()?.push(null);
        done();
      },
    });
  const left = end(() => ends[1]);
  const right = end(() => ends[0]);
  ends.push(left, right);
  return [left, right];
}

const textOf = async (stream: Duplex): Promise<string> => {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) text += String(chunk);
  return text;
};

const closed = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => (stream.destroyed ? resolve() : void stream.once('close', resolve)));

describe('a relay', () => {
  test('passes on bytes both ways, and each end by itself', async () => {
    const [client, outer] = connection();
    const [inner, server] = connection();
    const done = relay(outer, inner);
    client.end('request');
    expect(await textOf(server)).toBe('request');
    server.end('answer after the end of the request');
    expect(await textOf(client)).toBe('answer after the end of the request');
    await done;
  });

  test.each(['client', 'server'] as const)('ends both when the %s breaks', async (side) => {
    const [client, outer] = connection();
    const [inner, server] = connection();
    for (const stream of [client, server]) stream.on('error', () => {});
    const done = relay(outer, inner);
    (side === 'client' ? outer : inner).destroy(new Error('reset'));
    await done;
    expect([outer.destroyed, inner.destroyed]).toEqual([true, true]);
  });
});

/** Ports that nobody really listens on. */
function fakeListen(taken: readonly number[] = []) {
  const open = new Map<number, (socket: Socket) => void>();
  const resets: number[] = [];
  const listen: Listen = ({ address, port }, onConnection) => {
    if (taken.includes(port))
      return Promise.reject(new OperatorError('invalid', `port ${port} on ${address} is taken`));
    const chosen = port === 0 ? 40_000 + open.size : port;
    open.set(chosen, onConnection);
    return Promise.resolve({
      port: chosen,
      close: () => {
        open.delete(chosen);
        return Promise.resolve();
      },
    });
  };
  const dial = (port: number): Duplex => {
    const [client, server] = connection();
    client.on('error', () => {});
    const resetAndDestroy = () => {
      resets.push(port);
      client.destroy();
      server.destroy();
    };
    open.get(port)?.(Object.assign(server, { resetAndDestroy }) as unknown as Socket); // the part of a socket that is used
    return client;
  };
  return { listen, dial, open, resets };
}

function start(
  forward: NodeAccess['forward'],
  change: Partial<PortForwardOptions> = {},
  taken: readonly number[] = [],
) {
  const console = fakeConsole();
  const ports = fakeListen(taken);
  const controller = new AbortController();
  const options: PortForwardOptions = {
    connection: { kubeconfig: null, context: null, namespace: null, serviceAccount: null },
    session: 's1',
    address: '127.0.0.1',
    isExposed: false,
    ports: [
      { local: 0, remote: 8080 },
      { local: 9000, remote: 80 },
    ],
    ...change,
  };
  const world = { console, client: clientOf(fakeAccess({ forward })), listen: ports.listen };
  return { console, ports, controller, code: runPortForward(options, world, controller.signal) };
}

describe('port-forward', () => {
  test('says where it listens, connects, and ends well when it is stopped', async () => {
    const asked: number[] = [];
    const [inner, server] = connection();
    const { console, ports, controller, code } = start((_session, port) => {
      asked.push(port);
      return Promise.resolve(inner);
    });
    await expect
      .poll(() => console.stdout.text())
      .toBe('Forwarding from 127.0.0.1:40000 -> 8080\nForwarding from 127.0.0.1:9000 -> 80\n');
    const client = ports.dial(9000);
    client.end('ping');
    expect(await textOf(server)).toBe('ping');
    controller.abort();
    expect(await code).toBe(0);
    expect({ asked, open: ports.open.size, err: console.stderr.text() }).toEqual({ asked: [80], open: 0, err: '' });
  });

  test('a port that nobody listens on ends that connection alone', async () => {
    const { console, ports, controller, code } = start(() =>
      Promise.reject(new OperatorError('refused', 'nothing listens on port 80 of session "s1"')),
    );
    await expect.poll(() => ports.open.size).toBe(2);
    await closed(ports.dial(9000));
    expect(ports.resets).toEqual([9000]);
    expect(console.stderr.text()).toBe('error: port 80: nothing listens on port 80 of session "s1"\n');
    expect(ports.open.size).toBe(2);
    controller.abort();
    expect(await code).toBe(0);
  });

  test('ends when the session has ended', async () => {
    const { ports, code } = start(() => Promise.reject(new OperatorError('expired', 'the session has ended')));
    const outcome = expect(code).rejects.toThrow('the session has ended');
    await expect.poll(() => ports.open.size).toBe(2);
    ports.dial(9000);
    await outcome;
    expect(ports.open.size).toBe(0);
  });

  test('a port that is taken closes those that are open already', async () => {
    const { ports, code } = start(() => Promise.reject(new Error('unused')), {}, [9000]);
    await expect(code).rejects.toThrow('port 9000 on 127.0.0.1 is taken');
    expect(ports.open.size).toBe(0);
  });

  test('warns when others reach it', async () => {
    const { console, controller, code } = start(() => Promise.reject(new Error('unused')), {
      address: '::',
      isExposed: true,
    });
    controller.abort();
    expect(await code).toBe(0);
    expect(console.stderr.text()).toBe(
      'warning: everybody who reaches :: reaches the session through it, without a token\n',
    );
    expect(console.stdout.text()).toContain('Forwarding from [::]:40000 -> 8080');
  });
});
