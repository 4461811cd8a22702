// Which cluster, as whom, in which namespace: the same for every command that a person runs against sessions.

import { type ParsedFlags, type Problems, string } from './flags.ts';

export interface ConnectionOptions {
  readonly kubeconfig: string | null;
  readonly context: string | null;
  /** null: that of the kubeconfig's context, else "default". */
  readonly namespace: string | null;
  /** Whose token the front end gets; null: the client account of the namespace. */
  readonly serviceAccount: string | null;
}

export const CONNECTION_FLAGS = {
  kubeconfig: string,
  context: string,
  namespace: { ...string, short: 'n' },
  'service-account': string,
} as const;

export const connectionOf = (flags: ParsedFlags): ConnectionOptions => ({
  kubeconfig: flags.text('kubeconfig'),
  context: flags.text('context'),
  namespace: flags.text('namespace'),
  serviceAccount: flags.text('service-account'),
});

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

export function connectionProblems({ namespace, serviceAccount }: ConnectionOptions): Problems {
  return [
    ...(namespace === null || LABEL.test(namespace)
      ? []
      : [`--namespace ${JSON.stringify(namespace)}: must be the name of a namespace`]),
    ...(serviceAccount === null || NAME.test(serviceAccount)
      ? []
      : [`--service-account ${JSON.stringify(serviceAccount)}: must be the name of a ServiceAccount`]),
  ];
}
