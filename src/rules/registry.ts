// Every rule that exists, for `mcpsession rules`, for the docs and for the tests that keep ids unique.

import { NAMESPACE_QUOTA_RULE } from './access/namespace-quota.ts';
import { OWNER_RULE } from './access/owner.ts';
import { OWNER_QUOTA_RULE } from './access/owner-quota.ts';
import { REFERENCE_RIGHT_RULE } from './access/reference-rights.ts';
import { containerRules } from './container-rules.ts';
import { PROFILE_LABEL_RULE } from './profile-choice.ts';
import type { RuleHeader } from './reference.ts';
import type { Rule } from './rule.ts';
import { sessionRules } from './session-rules.ts';
import { SUSPENSION_RULE } from './suspension.ts';

export interface RuleDescription {
  readonly id: string;
  readonly severity: 'deny' | 'warn';
  readonly title: string;
  readonly why: string;
  /** What is judged: the spec at every gate, the built container and the one on the engine, the request, or what the node has. */
  readonly subject: 'session' | 'container' | 'request' | 'node';
}

/** Judged where a container is built, because only the node knows (src/plan/build-container.ts, host-path-proof.ts); they have no file, so their header is here. */
export const nodeRules: readonly (RuleDescription & { readonly reference: RuleHeader })[] = [
  {
    id: 'MCPS-108',
    severity: 'deny',
    title: 'OCI runtime of the node',
    why: 'A runtime that the engine does not have cannot isolate.',
    subject: 'node',
    reference: {
      danger:
        'A runtime by that name may not exist on this node, and an engine that falls back to another isolates less than was reviewed.',
      fields: 'spec.security.runtime',
      allowed: 'a runtime that the engine of the node names in its info.',
      source: 'security.md 4.2 Runtime, requirements.md S3.NXT.07.',
    },
  },
  {
    id: 'MCPS-109',
    severity: 'deny',
    title: 'AppArmor of the node',
    why: 'Without AppArmor one of the walls between a session and the node is missing.',
    subject: 'node',
    reference: {
      danger:
        'A node without AppArmor runs sessions without its limits on files and mounts, although policy counts on them.',
      fields: 'spec.security.appArmorProfile',
      allowed: 'a node whose engine has AppArmor, where policy appArmor.mode is required.',
      source: 'requirements.md K-35, S3.T5.10, CIS Docker 5.2.',
    },
  },
  {
    id: 'MCPS-110',
    severity: 'deny',
    title: 'engine of the node',
    why: 'Root of an engine without user namespaces is root of the node.',
    subject: 'node',
    reference: {
      danger:
        'Who breaks out of a container of an engine that runs as root, without user namespaces, is root on the node.',
      fields: 'spec.nodeSelector',
      allowed:
        'a rootless engine under policy engine.requireRootless; one with user namespaces, or rootless, under engine.requireUserNamespaces.',
      source: 'requirements.md S4.T1.02, security.md 4.7, CIS Docker 2.9.',
    },
  },
  {
    id: 'MCPS-211',
    severity: 'deny',
    title: 'host path on the node',
    why: 'The engine would create a missing directory as root, and a socket or device is no directory.',
    subject: 'node',
    reference: {
      danger:
        'The engine makes a missing directory as root, and a socket, pipe or device behind a harmless name is a way to the node.',
      fields: 'spec.mounts[].hostPath',
      allowed:
        'an existing directory or regular file, after links were followed, that does not hold the data of the engine.',
      source: 'requirements.md K-30, security.md 4.3 (measured), CIS Docker 5.6.',
    },
  },
  {
    id: 'MCPS-212',
    severity: 'deny',
    title: 'host path after the start',
    why: 'A directory above the path can be renamed between the check and the mount, and another one is mounted then.',
    subject: 'node',
    reference: {
      danger:
        'Whoever can rename a directory above a host path can have another one mounted after the path was checked.',
      fields: 'spec.mounts[].hostPath',
      allowed:
        'the very object that was checked, by device, inode, time of birth and mount root, as the process of the running container has it.',
      source: 'security.md 4.3 TOCTOU, design.md 8.14, requirements.md K-30.',
    },
  },
  {
    id: 'MCPS-320',
    severity: 'deny',
    title: 'volumes of the image',
    why: 'A VOLUME of the image is writable disk without a limit.',
    subject: 'node',
    reference: {
      danger:
        'A VOLUME of the image becomes a writable directory on the disk of the node, without a limit and beside the read-only root.',
      fields: 'spec.image',
      allowed: 'an image without VOLUME.',
      source: 'requirements.md section 10, security.md 4.4 Volumes.',
    },
  },
  {
    id: 'MCPS-321',
    severity: 'deny',
    title: 'image without a registry digest',
    why: 'An image that was built or imported on the node has no origin that anybody can check.',
    subject: 'node',
    reference: {
      danger: 'An image that was built or imported on the node has no origin that anybody can check.',
      fields: 'spec.image',
      allowed: 'an image with a registry digest, where policy images.allowLocal is false.',
      source: 'design.md 8.26, CIS Docker 4.2.',
    },
  },
  {
    id: 'MCPS-322',
    severity: 'deny',
    title: 'labels of the image',
    why: 'A label of the image reaches the container, and proxies, schedulers and updaters on the node act on labels.',
    subject: 'node',
    reference: {
      danger:
        'Labels of the image reach the container, and proxies, schedulers and updaters on the node act on labels.',
      fields: 'spec.image',
      allowed: 'an image without labels of such software; the list is in src/model/steering-labels.ts.',
      source: 'security.md 4.4 Labels.',
    },
  },
  {
    id: 'MCPS-323',
    severity: 'deny',
    title: 'environment of the image',
    why: 'Such a variable runs code of its choice in every program of the session, and in hooks of the engine.',
    subject: 'node',
    reference: {
      danger:
        'ENV of the image reaches every program of the session and the hooks of the engine, which LD_PRELOAD has taken over before.',
      fields: 'spec.image',
      allowed: 'an image without such variables, or spec.env that sets them to "", or PATH to absolute directories.',
      source: 'requirements.md S0.H1.09 and section 10, CVE-2025-23266.',
    },
  },
  {
    id: 'MCPS-324',
    severity: 'deny',
    title: 'working directory of the image',
    why: 'A working directory below /proc is the mark of an attack on the runtime.',
    subject: 'node',
    reference: {
      danger: 'WORKDIR below /proc, /sys or /dev reaches open files of the runtime.',
      fields: 'spec.image',
      allowed: 'any other WORKDIR, or none; the session has its own.',
      source: 'security.md 4.1 and 4.4 WorkingDir, CVE-2024-21626.',
    },
  },
];

/** Ordered by id. */
export const ruleRegistry: readonly RuleDescription[] = [
  ...sessionRules.map((rule) => describe(rule, 'session')),
  ...containerRules.map((rule) => describe(rule, 'container')),
  { ...OWNER_RULE, subject: 'request' as const },
  { ...OWNER_QUOTA_RULE, subject: 'request' as const },
  { ...NAMESPACE_QUOTA_RULE, subject: 'request' as const },
  { ...REFERENCE_RIGHT_RULE, subject: 'request' as const },
  { ...PROFILE_LABEL_RULE, subject: 'request' as const },
  { ...SUSPENSION_RULE, subject: 'request' as const },
  ...nodeRules,
].sort((left, right) => (left.id < right.id ? -1 : 1));

export const ruleById = (id: string): RuleDescription | null => ruleRegistry.find((rule) => rule.id === id) ?? null;

function describe(rule: Rule<never>, subject: RuleDescription['subject']): RuleDescription {
  const { id, severity, title, why } = rule;
  return { id, severity, title, why, subject };
}

const FAMILIES: Readonly<Record<string, string>> = {
  1: 'privilege',
  2: 'host paths, devices and namespaces',
  3: 'images',
  4: 'limits and lifetime',
  5: 'network and ports',
  6: 'environment and secrets',
  8: 'commands',
  9: 'the built container',
};

/** What is off when policy switches the rules off, from the very lists that are evaluated: text and deed cannot drift (S0.L7.06). */
export function bypassedCategories(): readonly string[] {
  const bypassed = [...sessionRules, ...containerRules].filter(({ holdsAlways }) => holdsAlways !== true);
  const families = new Set(bypassed.map(({ id }) => FAMILIES[id.slice('MCPS-'.length, 'MCPS-'.length + 1)] ?? id));
  return [...families].sort();
}
