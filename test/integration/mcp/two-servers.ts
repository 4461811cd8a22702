// A front end and a node API on real TLS loopback sockets, with the real node client between them. Fakes only behind the ports
// to Kubernetes and to the container.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjectAccess } from '../../../src/frontend/access.ts';
import { createExecBudget } from '../../../src/frontend/exec-budget.ts';
import { routeToNode } from '../../../src/frontend/exec-route.ts';
import { createFrontend } from '../../../src/frontend/http.ts';
import { TOOLS } from '../../../src/frontend/mcp-server.ts';
import { DEFAULT_FRONTEND_LIMITS, type FrontendLimits } from '../../../src/frontend/limits.ts';
import {
  FRONTEND_AUDIENCE,
  NODE_AUDIENCE,
  SERVICE_ACCOUNTS,
  serviceAccountUsername,
  SYSTEM_NAMESPACE,
} from '../../../src/model/names.ts';
import { chosenPolicies } from '../../support/policies.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { createNodeClient, type NodeClient } from '../../../src/node-client/node-client.ts';
import { createNodeApi } from '../../../src/nodeapi/node-api.ts';
import { createLogSpool, type LogSpool } from '../../../src/nodeapi/log-spool.ts';
import type { CommandToStart } from '../../../src/ports/container-access.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { issueCertificate } from '../../../src/process/certificates.ts';
import { startWebServer } from '../../../src/process/https-server.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { type FakeContainerAccess, fakeContainerAccess } from '../../support/fake-container-access.ts';
import {
  ALICE,
  BOB,
  callerNamed,
  type FakeAuthorizer,
  type FakeSessions,
  fakeAuthenticator,
  fakeAuthorizer,
  fakeNodes,
  fakeSessions,
  frontendWorld,
} from '../../support/frontend-fakes.ts';

export const TOKENS = {
  alice: 'token-of-alice',
  bob: 'token-of-bob',
  frontend: 'token-of-the-front-end',
  stranger: 'node-token-of-a-stranger',
};
const FRONTEND = callerNamed(SYSTEM_NAMESPACE, SERVICE_ACCOUNTS.frontend);

export interface TwoServers {
  readonly mcpUrl: string;
  readonly frontendUrl: string;
  readonly nodeUrl: string;
  readonly caPem: string;
  readonly sessions: FakeSessions;
  readonly authorizer: FakeAuthorizer;
  readonly commands: CommandToStart[];
  /** Every session's container. Programs that it does not know write "hello". */
  readonly containers: FakeContainerAccess;
  /** Where the files of the workspace lie. */
  readonly workspace: string;
  readonly logs: LogSpool;
  readonly activity: string[];
  readonly nodeClient: NodeClient;
  verified: boolean;
  /** As a controller does when it stops. */
  closeNodeApi(): void;
  stop(): Promise<void>;
}

export async function startTwoServers(
  change: {
    readonly sessions?: readonly McpSession[];
    readonly policySettings?: Readonly<Record<string, unknown>>;
    readonly limits?: Partial<FrontendLimits>;
  } = {},
): Promise<TwoServers> {
  const nowMs = Date.now();
  const issued = await issueCertificate({
    commonName: 'test',
    hosts: ['127.0.0.1', 'localhost'],
    validForMs: 3_600_000,
    nowMs,
  });
  const policy = chosenPolicies(change.policySettings).enforce.policy;
  const newId = () => randomBytes(16).toString('hex');
  const sessions = fakeSessions(change.sessions);
  const authorizer = fakeAuthorizer();
  const commands: CommandToStart[] = [];
  const activity: string[] = [];
  const authenticator = fakeAuthenticator({
    [TOKENS.alice]: { audience: FRONTEND_AUDIENCE, caller: ALICE },
    [TOKENS.bob]: { audience: FRONTEND_AUDIENCE, caller: BOB },
    [TOKENS.frontend]: { audience: NODE_AUDIENCE, caller: FRONTEND },
    [TOKENS.stranger]: { audience: NODE_AUDIENCE, caller: callerNamed('agents', 'stranger') },
  });

  const directory = await mkdtemp(join(tmpdir(), 'two-servers-'));
  const workspace = await mkdtemp(join(directory, 'workspace-'));
  const containers = fakeContainerAccess(workspace);
  containers.otherProgram = async ({ write }) => {
    await write('stdout', 'hello\n');
    return 0;
  };
  const { start } = containers;
  containers.start = (id, command, signal) => {
    commands.push(command);
    return start(id, command, signal);
  };
  const logs = createLogSpool({ dir: join(directory, 'logs'), access: containers, clock: systemClock, log: silentLog });
  const nodeApi = createNodeApi({
    authenticator,
    authorizer,
    containers,
    logs,
    findTarget: ({ namespace, name }) => {
      const session = sessions.stored.get(`${namespace}/${name}`);
      if (session === undefined) return null;
      return {
        session,
        containerId: `container-of-${name}`,
        user: '1001:1001',
        workingDir: '/workspace',
        verified: servers.verified,
      };
    },
    policy: () => policy,
    isSuspended: () => false,
    frontendUsername: serviceAccountUsername(SYSTEM_NAMESPACE, SERVICE_ACCOUNTS.frontend),
    onCommand: (uid) => {
      activity.push(uid);
      return () => void activity.push(uid);
    },
    onActivity: () => () => {},
    newExecId: newId,
    clock: systemClock,
    log: silentLog,
  });
  const node = await startWebServer({
    name: 'node API',
    port: 0,
    certificate: issued,
    handle: nodeApi.handle,
    upgrade: nodeApi.upgrade,
    longBodies: true,
    log: silentLog,
  });

  const nodeClient = createNodeClient({ token: () => Promise.resolve(TOKENS.frontend), userAgent: 'test' });
  const limits = { ...DEFAULT_FRONTEND_LIMITS, ...change.limits };
  const nodes = fakeNodes(node.url);
  const { services } = frontendWorld({
    ...(change.policySettings === undefined ? {} : { policySettings: change.policySettings }),
    parts: {
      sessions,
      access: subjectAccess(authorizer),
      nodeAccess: nodeClient,
      clock: systemClock,
      newId,
      execBudget: createExecBudget(limits, systemClock),
      execRoute: routeToNode({
        ...nodes,
        read: async (name, signal) => {
          const found = await nodes.read(name, signal);
          return found === null ? null : { ...found, status: { nodeApi: { url: node.url, caPem: issued.ca.certPem } } };
        },
      }),
    },
  });
  const frontend = createFrontend({
    tools: TOOLS,
    services,
    authenticator,
    limits,
    allowedHosts: ['127.0.0.1'],
    allowedOrigins: [],
    version: '0.0.0-test',
    clock: systemClock,
    log: silentLog,
    newConnectionId: newId,
  });
  const server = await startWebServer({
    name: 'front end',
    port: 0,
    certificate: issued,
    handle: frontend.handle,
    upgrade: frontend.upgrade,
    longBodies: true,
    log: silentLog,
  });

  const servers: TwoServers = {
    mcpUrl: `${server.url}/mcp`,
    frontendUrl: server.url,
    nodeUrl: node.url,
    caPem: issued.ca.certPem,
    sessions,
    authorizer,
    commands,
    activity,
    nodeClient,
    containers,
    workspace,
    logs,
    verified: true,
    closeNodeApi: () => nodeApi.close(),
    stop: async () => {
      await frontend.close();
      nodeApi.close();
      await nodeClient.close();
      await Promise.all([server.close(200), node.close(200)]);
      await logs.close();
      await rm(directory, { recursive: true });
    },
  };
  return servers;
}
