// What is said of an engine that has not answered yet.

import type { NodeFacts } from '../model/container.ts';

/** Until the engine has answered, nothing about it is assumed. */
export function unknownEngine(nodeName: string, cluster: string): NodeFacts {
  return {
    nodeName,
    cluster,
    engineVersion: 'unknown',
    apiVersion: 'unknown',
    cpus: 0,
    memoryBytes: 0,
    runtimes: [],
    cgroupVersion: 'unknown',
    storageDriver: 'unknown',
    appArmor: false,
    seccomp: false,
    seccompProfile: 'unknown',
    userNamespaces: false,
    rootless: false,
    engineDirectory: '',
    diskQuota: false,
    volumeDrivers: [],
    initProgram: false,
  };
}
