import { expect, test } from 'vitest';

import { OperatorError } from '../../../src/lib/errors.ts';
import { engineFault } from '../../../src/docker/engine-errors.ts';

const id = 'ab'.repeat(32);
const socketPath = '/run/docker.sock';
const refusal = (statusCode: number, message: string) =>
  Object.assign(new Error('(HTTP code ...)'), { statusCode, json: { message } });
const socketError = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

test.each([
  {
    name: 'a taken name',
    call: 'containerCreate',
    thrown: refusal(409, 'Conflict. The container name "/mcps-1" is already in use by container "3f".'),
    want: {
      kind: 'already-exists',
      message:
        'Docker could not create a container: Conflict. The container name "/mcps-1" is already in use by container "3f".',
    },
  },
  {
    name: 'a removal that goes on already',
    call: 'containerRemove',
    thrown: refusal(409, 'removal of container abababababab is already in progress'),
    want: {
      kind: 'conflict',
      message:
        'Docker could not remove container abababababab: removal of container abababababab is already in progress',
    },
  },
  {
    name: 'no such container',
    call: 'containerStart',
    thrown: refusal(404, 'No such container: x'),
    want: { kind: 'not-found' },
  },
  {
    name: 'a bad request',
    call: 'containerCreate',
    thrown: refusal(400, 'invalid value for y'),
    want: { kind: 'invalid' },
  },
  {
    name: 'an authorization plugin',
    call: 'containerCreate',
    thrown: refusal(403, 'denied by p'),
    want: { kind: 'forbidden' },
  },
  {
    name: 'a fault inside the engine',
    call: 'containerStart',
    thrown: refusal(500, 'OCI runtime create failed'),
    want: { kind: 'internal' },
  },
  {
    name: 'a proxy without an engine',
    call: 'ping',
    thrown: refusal(503, 'no backend'),
    want: { kind: 'unavailable' },
  },
  {
    name: 'a full disk',
    call: 'containerCreate',
    thrown: refusal(500, 'mkdir /var/lib/docker/x: no space left on device'),
    want: {
      kind: 'unavailable',
      message:
        'Docker could not create a container: mkdir /var/lib/docker/x: no space left on device; the disk of the engine is full: free space on it',
    },
  },
  {
    name: 'no engine',
    call: 'ping',
    thrown: socketError('ENOENT'),
    want: {
      kind: 'unavailable',
      message: 'no Docker Engine answers on /run/docker.sock; start it, or configure the path of its socket',
    },
  },
  {
    name: 'no permission',
    call: 'ping',
    thrown: socketError('EACCES'),
    want: {
      kind: 'unavailable',
      message: 'no permission to use /run/docker.sock; run as root or as a member of the group that owns it',
    },
  },
  {
    name: 'a connection that broke while reading',
    call: 'info',
    thrown: socketError('ECONNRESET'),
    want: {
      kind: 'unavailable',
      message: 'Docker could not describe itself: the connection on /run/docker.sock broke (connect ECONNRESET)',
    },
  },
  {
    name: 'a connection that broke while changing something',
    call: 'containerStart',
    thrown: socketError('ECONNRESET'),
    want: {
      kind: 'unavailable',
      message:
        'Docker could not start container abababababab: the connection on /run/docker.sock broke (connect ECONNRESET); the effect may have happened: look before trying again',
    },
  },
] as const)('$name', ({ call, thrown, want }) => {
  const target = call === 'containerStart' || call === 'containerRemove' ? id : '';
  const fault = engineFault({ name: call, target, socketPath }, thrown);
  expect(fault).toMatchObject(want);
  expect(fault.cause).toBe(thrown);
});

test('keeps the words of the engine to one short line', () => {
  const { message } = engineFault(
    { name: 'info', target: '', socketPath },
    refusal(400, `a\n\u001b[31mb\t${'x'.repeat(1000)}`),
  );
  expect(message).toMatch(/^Docker could not describe itself: a \[31mb x+\.\.\.$/);
  expect(message.length).toBeLessThan(400);
});

test('says so when the engine gave no reason', () => {
  const thrown = Object.assign(new Error(''), { statusCode: 500, json: null });
  expect(engineFault({ name: 'info', target: '', socketPath }, thrown).message).toBe(
    'Docker could not describe itself: no reason given',
  );
});

test('leaves a fault of ours as it is', () => {
  const fault = new OperatorError('invalid', 'x');
  expect(engineFault({ name: 'info', target: '', socketPath }, fault)).toBe(fault);
});
