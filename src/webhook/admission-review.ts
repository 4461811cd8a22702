// The wire of admission: what the API server sends and what it understands as an answer (control-plane.md 4).

import { z } from 'zod';
import { isPlainObject } from '../lib/plain-object.ts';
import type { Caller } from '../model/caller.ts';

type Texts = Readonly<Record<string, string>>;

/** Checked here, because zod copies a map and names every entry that does not fit: maps and lists of strangers have no bound. */
const texts = z
  .custom<Texts>((value) => isPlainObject(value) && Object.values(value).every(isText), 'must hold texts')
  .nullish();
const textList = z.custom<string[]>(isTextList, 'must be a list of texts').nullish();
const textLists = z
  .custom<Record<string, string[]>>(
    (value) => isPlainObject(value) && Object.values(value).every(isTextList),
    'must hold lists of texts',
  )
  .nullish();

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Names of objects: what Kubernetes itself allows at most (RFC 1123). */
const name = z.string().max(253).optional();

const objectSchema = z.object({
  metadata: z.object({ name, namespace: name, labels: texts, annotations: texts }),
  spec: z.unknown().optional(),
});

const reviewSchema = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1).max(128),
    kind: z.object({ group: z.string().max(253), version: z.string().max(63), kind: z.string().max(63) }),
    name,
    namespace: z.string().max(63).optional(),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
    dryRun: z.boolean().nullish(),
    userInfo: z.object({
      username: z.string().optional(),
      uid: z.string().optional(),
      groups: textList,
      extra: textLists,
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
  readonly version: string;
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
  /** Rule ids for the cluster's audit log; and those of the profile that is only recorded. */
  readonly rules: readonly string[];
  readonly audited: readonly string[];
  /** Profile and hash of the policy that judged; "" for what is not judged. */
  readonly policy: string;
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
    ...request.kind,
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
      ...auditAnnotations(answer),
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

function auditAnnotations({ rules, audited, policy }: AdmissionAnswer): {
  readonly auditAnnotations?: Record<string, string>;
} {
  const annotations = {
    ...(rules.length > 0 ? { rules: rules.join(',') } : {}),
    ...(audited.length > 0 ? { 'audit-violations': audited.join(',') } : {}),
    ...(policy === '' ? {} : { policy }),
  };
  return Object.keys(annotations).length > 0 ? { auditAnnotations: annotations } : {};
}
