// Pod Security Standards, profile restricted (which holds all of baseline), for containers that are no pods.

import { type Standard, tableRows } from './row.ts';

export const POD_SECURITY: Standard = {
  title: 'Kubernetes Pod Security Standards, profile restricted',
  introduction: `A session is no pod, so Pod Security Admission never sees it. These are its controls, baseline included, and what stands for each
here.`,
  rows: tableRows(`
HostProcess | containers of the Windows host | default | Nodes are Linux; there is no such field. | 929 | otherSettings | gates: a container that the engine made otherwise than it was approved is removed, and the session says why
Host Namespaces | network, processes and IPC of the node | default | Refused unless policy \`hostNamespaces.allow\` names one. | 202, 203, 204, 910 | network, pidNamespace, ipcNamespace | namespaces: the host process namespace; namespaces: the host IPC namespace; namespaces: S0.C2.09 the host network
Privileged Containers | no privileged mode | default | Refused unless policy \`privileged.allow\`. | 101, 901 | privileged | privilege: S0.C2.05, S2.V1.01: a privileged container, and the setting that would allow it
Capabilities | all dropped, NET_BIND_SERVICE at most added | default | All are dropped and none is added, unless policy \`capabilities.allow\` names it. | 102, 902 | capabilities | build: S4.T2.02: no capability; privilege: a capability
HostPath Volumes | no directory of the node | setting | Policy \`mounts.hostPath: forbidden\`, as in profile production. Other profiles let host paths be read, outside of the refused places. | 201, 207, 917 | mounts, hostPaths | host: any host path where policy forbids them
Host Ports | none, or a known list | default | This release publishes no port. | 502, 503, 504, 921 | ports | network: K-39 a port without a network
Host Probes and Lifecycle Hooks | probes that reach other hosts | default | There are none: a health check of the image is switched off, and lifecycle hooks have no field. | 925, 929 | process, otherSettings | build: the default session is the profile of security.md 4.1, whole
AppArmor | the runtime's profile, or a local one | shared | Never unconfined; the node says whether it has AppArmor. | 106, 109, 906 | appArmor | privilege: an unconfined AppArmor profile; engine: S3.T5.10, K-35: a node without AppArmor where policy requires it
SELinux | no type, user or role of the session's choice | default | Every label option is refused. | 104, 907 | securityOptions | privilege: a security option behind a harmless one
/proc Mount Type | paths of the kernel stay masked | default | The operator's own list of masked and read-only paths, at least that of a new engine. | 909 | maskedPaths | masked: masked paths hold at least those of a new engine, on an old one too (security.md 4.1)
Seccomp | the runtime's profile, or a local one | default | The operator's own profile; Unconfined is refused. | 105, 905 | seccomp | privilege: an unconfined seccomp profile; seccomp: S3.T4.10: is sent inline with every container, and reads back as itself by its hash
Sysctls | safe ones only | default | Those of policy \`sysctls.allow\`, which are the safe ones. | 210, 919 | sysctls | host: kernel settings: not listed, given twice in two spellings, not plain
Volume Types | no volume that reaches the node | setting | As for HostPath Volumes; other volumes are refused in this release, and tmpfs has a size. | 207, 209, 407, 916 | mounts, tmpfs | host: a volume, a mount of both kinds, and one of neither
Privilege Escalation | no new privileges | default | Always. | 104, 904 | noNewPrivileges | build: S4.CFG.01: no new privileges, no capability, a read-only root
Running as Non-root | the user is not root | default | 1001 unless the spec names another; the image's user is never used. | 103, 903 | user | build: S1.THR.05: a user that is not root, and no group beside its own
Running as Non-root User | user id 0 is refused | default | The group id 0 too. | 103, 903 | user | privilege: S1.MIT.02, S1.THR.05: root as user and as group
`),
};
