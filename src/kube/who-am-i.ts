// Who the API server takes us for: SelfSubjectReview, as `kubectl auth whoami` asks it.

import { OperatorError } from '../lib/errors.ts';
import { type Caller, callerSchema } from '../model/caller.ts';
import type { KubeClient } from './kube-client.ts';
import { recordOf } from './raw-object.ts';

export async function whoAmI(client: KubeClient, signal: AbortSignal): Promise<Caller> {
  const { body } = await client.request(
    {
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    },
    signal,
  );
  const { username, uid, groups, extra } = recordOf(recordOf(recordOf(body)['status'])['userInfo']);
  const parsed = callerSchema.safeParse({ username, uid, groups, extra });
  if (!parsed.success) throw new OperatorError('internal', `the API server ${client.url} did not say who we are`);
  return parsed.data;
}
