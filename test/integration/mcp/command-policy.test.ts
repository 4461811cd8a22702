// Commands that policy refuses, through both servers: by MCP, by the CLI's protocol, and at the node alone. Nothing is started.

import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { execCommandSchema } from '../../../src/model/node-protocol.ts';
import { execPath } from '../../../src/model/node-routes.ts';
import { ALICE, sessionNamed } from '../../support/frontend-fakes.ts';
import { type Cli, cliOf, never } from './cli-client.ts';
import { startTwoServers, TOKENS, type TwoServers } from './two-servers.ts';

const INTERACTIVE = { env: [], cwd: null, timeoutSeconds: null, stdin: true, tty: null };
const REASON = '[MCPS-805] argv[2]: rm removes the root directory; fix: name the files that are meant';
const HOSTILE = ['sh', '-c', 'X=/; rm -fr "$X" s3cr3t'];

describe('a command that policy refuses', () => {
  let servers: TwoServers;
  let cli: Cli;
  beforeEach(async () => {
    servers = await startTwoServers({ sessions: [sessionNamed({ name: 's1', owner: ALICE.username })] });
    cli = cliOf(servers, TOKENS.alice);
  });
  afterEach(async () => {
    await cli[Symbol.asyncDispose]();
    await servers.stop();
  });

  test('S1.MIT.01: is refused by the front end with the reason, and an allowed one runs', async () => {
    await expect(cli.exec({ argv: HOSTILE })).rejects.toMatchObject({
      kind: 'denied',
      message: `1 rule refused the command: ${REASON}.`,
    });
    const open = cli.client.openExec(cli.session, { argv: HOSTILE, ...INTERACTIVE }, never);
    await expect(open).rejects.toMatchObject({ kind: 'denied', message: expect.stringContaining(REASON) });
    expect(servers.commands).toEqual([]);
    expect((await cli.exec({ argv: ['echo', 'hello'] })).map(({ type }) => type)).toContain('exit');
    expect(servers.commands).toHaveLength(1);
  });

  test('S0.H1.08: a dangerous variable is refused, and creates no exec', async () => {
    const env = [{ name: 'LD_PRELOAD', value: '/workspace/x.so' }];
    await expect(cli.exec({ argv: ['ls'], env })).rejects.toMatchObject({ kind: 'denied' });
    expect(servers.commands).toEqual([]);
  });

  test('is refused by the node too, whatever the front end let pass', async () => {
    const agent = new Agent({ connect: { ca: servers.caPem } });
    const run = async (argv: readonly string[]) => {
      const answer = await request(`${servers.nodeUrl}${execPath({ namespace: 'agents', name: 's1' })}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKENS.frontend}` },
        body: JSON.stringify({
          sessionUid: 'uid-agents-s1',
          caller: ALICE,
          command: execCommandSchema.parse({ argv }),
        }),
        dispatcher: agent,
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    };
    const refused = await run(HOSTILE);
    expect(refused.status).toBe(422);
    expect(JSON.parse(refused.text)).toMatchObject({
      kind: 'denied',
      message: `1 rule refused the command: ${REASON}`,
    });
    expect(refused.text).not.toContain('s3cr3t');
    expect(servers.commands).toEqual([]);
    expect(await cli.client.listExecs(cli.session, never)).toEqual([]);
    expect(await run(['echo', 'x'])).toMatchObject({ status: 200 });
    await agent.destroy();
  });
});
