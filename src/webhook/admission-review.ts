// The wire of admission: what the API server sends and what it understands as an answer (control-plane.md 4).

import { z } from 'zod';
import type { Caller } from '../model/caller.ts';

const stringMap = z.record(z.string(), z.string()).nullish();
const objectSchema = z.object({
  metadata: z.object({
    name: z.string().optional(),
    namespace: z.string().optional(),
    labels: stringMap,
    annotations: stringMap,
  }),
  spec: z.unknown(),
});

const reviewSchema = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1).max(128),
    kind: z.object({ group: z.string(), kind: z.string() }),
    name: z.string().optional(),
    namespace: z.string().optional(),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
    dryRun: z.boolean().nullish(),
    userInfo: z.object({
      username: z.string().optional(),
      uid: z.string().optional(),
      groups: z.array(z.string()).nullish(),
      extra: z.record(z.string(), z.array(z.string())).nullish(),
    }),
    object: objectSchema.nullish(),
    oldObject: objectSchema.nullish(),
  }),
});

export interface AdmissionObject {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: unknown;
}

export interface AdmissionRequest {
  readonly uid: string;
  readonly group: string;
  readonly kind: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly dryRun: boolean;
  readonly namespace: string;
  readonly name: string;
  readonly requester: Caller;
  readonly object: AdmissionObject | null;
  readonly oldObject: AdmissionObject | null;
}

export interface AdmissionCause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

export interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly warnings: readonly string[];
  /** Empty when allowed. */
  readonly message: string;
  readonly causes: readonly AdmissionCause[];
  /** Rule ids for the cluster's audit log. */
  readonly rules: readonly string[];
}

/** The request in our words; a string says what is wrong with a body that is no AdmissionReview. */
export function parseAdmissionReview(body: unknown): AdmissionRequest | string {
  const parsed = reviewSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `not an AdmissionReview of admission.k8s.io/v1: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`;
  }
  const { request } = parsed.data;
  const { userInfo } = request;
  return {
    uid: request.uid,
    group: request.kind.group,
    kind: request.kind.kind,
    operation: request.operation,
    dryRun: request.dryRun === true,
    namespace: request.namespace ?? '',
    name: request.name ?? request.object?.metadata.name ?? request.oldObject?.metadata.name ?? '',
    requester: {
      username: userInfo.username ?? '',
      uid: userInfo.uid ?? '',
      groups: userInfo.groups ?? [],
      extra: userInfo.extra ?? {},
    },
    object: admissionObject(request.object),
    oldObject: admissionObject(request.oldObject),
  };
}

function admissionObject(raw: z.output<typeof objectSchema> | null | undefined): AdmissionObject | null {
  if (raw == null) return null;
  const { labels, annotations } = raw.metadata;
  return { labels: labels ?? {}, annotations: annotations ?? {}, spec: raw.spec };
}

/**
 * 422 with causes: kubectl prints the causes alone, REST clients the message too, so both are complete. Never 429, which
 * kubectl repeats without a word.
 */
export function admissionResponse(request: AdmissionRequest, answer: AdmissionAnswer): unknown {
  const { uid, group, kind, name } = request;
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: answer.allowed,
      ...(answer.warnings.length > 0 ? { warnings: answer.warnings } : {}),
      ...(answer.rules.length > 0 ? { auditAnnotations: { rules: answer.rules.join(',') } } : {}),
      ...(answer.allowed
        ? {}
        : {
            status: {
              apiVersion: 'v1',
              kind: 'Status',
              status: 'Failure',
              code: 422,
              reason: 'Invalid',
              message: answer.message,
              details: { group, kind, name, causes: answer.causes },
            },
          }),
    },
  };
}
