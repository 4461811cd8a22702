// The policy of an operator as a whole: four profiles made from one file, and the switches above them. A namespace chooses its
// profile by a label, as with Pod Security Admission; rules are given one profile at a time (model/policy.ts).

import { z } from 'zod';

import { PROFILE_NAMES, type Policy, type ProfileName, profileSettingsSchema } from './policy.ts';

/** What turns every rule off, beside the switch itself (K-02): nobody sets this by accident. */
export const YOLO_ACKNOWLEDGEMENT = 'every session can take over its node';

/** The same settings without their defaults: what is left out is taken from the layer below. */
function overridesOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return overridesOf(schema.def.innerType as z.ZodType); // zod types it by the core's own base class
  }
  if (!(schema instanceof z.ZodObject)) return schema.optional();
  const shape = Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>); // the same
  return z.strictObject(Object.fromEntries(shape.map(([key, value]) => [key, overridesOf(value)]))).optional();
}

const overrideShape = Object.fromEntries(
  Object.entries(profileSettingsSchema.shape).map(([key, value]) => [key, overridesOf(value)]),
);

export const policyFileSchema = z.strictObject({
  ...overrideShape,
  defaultProfile: z.enum(PROFILE_NAMES).default('sandbox'),
  profiles: z
    .strictObject(
      Object.fromEntries(PROFILE_NAMES.map((name) => [name, z.strictObject(overrideShape).optional()])) as Record<
        ProfileName, // one entry for each name
        z.ZodOptional<z.ZodObject>
      >,
    )
    .prefault({}),
  /** Nothing new starts and nothing is done in sessions (requirements S1.IR.01). */
  suspendAll: z.boolean().default(false),
  /** Whether containers stay while everything is suspended; else they are removed. */
  suspendKeepsContainers: z.boolean().default(false),
  yolo: z.strictObject({ enabled: z.boolean().default(false), acknowledge: z.string().default('') }).prefault({}),
});

export interface ProfilePolicy {
  readonly policy: Policy;
  /** SHA-256 over the profile's settings: equal exactly when every setting is. Example: "sha256:9f86d0...". */
  readonly hash: string;
}

export interface PolicySet {
  readonly defaultProfile: ProfileName;
  readonly profiles: Readonly<Record<ProfileName, ProfilePolicy>>;
  readonly suspension: 'none' | 'refuse' | 'stop';
  readonly yolo: boolean;
  /** Over everything. */
  readonly hash: string;
}

export const isProfileName = (text: string): text is ProfileName => (PROFILE_NAMES as readonly string[]).includes(text);
