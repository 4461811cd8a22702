// From the engine's answers about itself to NodeFacts. Pure.

import { z } from 'zod';

import type { NodeFacts } from '../model/container.ts';
import type { Home } from './identity-labels.ts';
import { parseAnswer } from './parse-answer.ts';
import { SESSION_SECCOMP_DIGEST } from './seccomp/profile.ts';

const infoSchema = z.looseObject({
  ServerVersion: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
  Driver: z.string(),
  DockerRootDir: z.string().default(''),
  CgroupVersion: z.string().default('1'),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
  Plugins: z.looseObject({ Volume: z.array(z.string()).nullish() }).nullish(),
  InitBinary: z.string().default(''),
  InitCommit: z.looseObject({ ID: z.string().default('') }).nullish(),
});

/** Throws OperatorError('internal') when the answer is not that of a Docker Engine. */
export function factsFromInfo(
  info: unknown,
  engine: Home & { readonly apiVersion: string; readonly diskQuota: boolean },
): NodeFacts {
  const data = parseAnswer({ schema: infoSchema, answer: info, about: 'itself' });
  const options = (data.SecurityOptions ?? []).map(parseSecurityOption);
  const has = (name: string): boolean => options.some((option) => option.name === name);
  return {
    nodeName: engine.nodeName,
    cluster: engine.cluster,
    engineVersion: data.ServerVersion,
    apiVersion: engine.apiVersion,
    cpus: data.NCPU,
    memoryBytes: data.MemTotal,
    runtimes: Object.keys(data.Runtimes ?? {}).sort(),
    cgroupVersion: data.CgroupVersion,
    storageDriver: data.Driver,
    appArmor: has('apparmor'),
    seccomp: options.some(({ name, profile }) => name === 'seccomp' && profile !== 'unconfined'),
    seccompProfile: SESSION_SECCOMP_DIGEST,
    userNamespaces: has('userns'),
    rootless: has('rootless'),
    engineDirectory: data.DockerRootDir,
    diskQuota: engine.diskQuota,
    volumeDrivers: [...(data.Plugins?.Volume ?? [])].sort(),
    // The engine runs `<init> --version` to fill in the commit: "N/A" says that it could not. Debian's has no commit: "".
    initProgram: data.InitBinary !== '' && data.InitCommit?.ID !== 'N/A',
  };
}

/** "name=seccomp,profile=default" */
function parseSecurityOption(option: string): { name: string; profile: string } {
  const fields = new Map(
    option.split(',').map((field) => {
      const [key = '', value = ''] = field.split('=', 2);
      return [key, value];
    }),
  );
  return { name: fields.get('name') ?? '', profile: fields.get('profile') ?? '' };
}
