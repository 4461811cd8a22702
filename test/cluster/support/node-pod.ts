// Pods that run a few lines of JavaScript, with the Node.js of the operator's image.

import { inject } from 'vitest';

import { apply, kubectl } from './cluster-command.ts';

export const NODE_PROGRAM = { imagePullPolicy: 'Never', command: ['/nodejs/bin/node'] } as const;

export interface NodePod {
  readonly name: string;
  /** Where it must run. */
  readonly node: string;
  readonly script: string;
  /** Beside the container's name, image and command. */
  readonly container?: object;
  readonly volumes?: readonly object[];
}

export async function startPod({ name, node, script, container = {}, volumes = [] }: NodePod): Promise<void> {
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      nodeName: node,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1, // Node.js as the first process does not end by SIGTERM
      containers: [
        { name: 'main', ...NODE_PROGRAM, image: inject('operatorImage'), args: ['-e', script], ...container },
      ],
      volumes,
    },
  });
}

/** What the script wrote when it ended well. */
export async function runInPod(pod: NodePod): Promise<string> {
  await startPod(pod);
  await kubectl('wait', `pod/${pod.name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s').catch(
    async (cause: unknown) => {
      throw new Error(
        `${String(cause)}\n${await kubectl('describe', 'pod', pod.name)}\n${await kubectl('logs', pod.name)}`,
      );
    },
  );
  return kubectl('logs', pod.name);
}

/** A Service on `port` for the pod of the same name, which is Ready when it listens there. */
export async function startServer(pod: NodePod, port: number): Promise<void> {
  const readinessProbe = { tcpSocket: { port }, periodSeconds: 1 };
  await startPod({ ...pod, container: { ...pod.container, readinessProbe } });
  await apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: pod.name, namespace: 'default' },
    spec: { selector: { app: pod.name }, ports: [{ port, targetPort: port }] },
  });
  await kubectl('wait', `pod/${pod.name}`, '--for=condition=Ready', '--timeout=60s');
}
