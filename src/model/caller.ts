// Who asks: an authenticated subject, as TokenReview returns it and SubjectAccessReview takes it.

import { z } from 'zod';

export const callerSchema = z.strictObject({
  username: z.string().min(1).max(1024),
  uid: z.string().max(1024).default(''),
  groups: z.array(z.string().max(1024)).max(1024).default([]),
  extra: z.record(z.string(), z.array(z.string())).default({}),
});

export type Caller = z.output<typeof callerSchema>;

/** What a caller wants to do, in the words of RBAC. The verb comes from the operation, never from an HTTP method. */
export interface AccessRequest {
  readonly verb: 'create' | 'get' | 'list' | 'update' | 'delete';
  /** Sessions are of our API group, the others of the core group: what a session refers to. */
  readonly resource: 'mcpsessions' | 'secrets' | 'configmaps';
  readonly subresource: '' | 'exec' | 'log' | 'files' | 'portforward';
  readonly namespace: string;
  /** "" for requests that name no object. */
  readonly name: string;
}
