// NIST SP 800-190, the 23 risks of its section 3, by the number of their countermeasure in section 4.

import { type Standard, tableRows } from './row.ts';

export const NIST_800_190: Standard = {
  title: 'NIST SP 800-190, risks and countermeasures',
  introduction: 'By the number of the countermeasure (section 4.x.y for the risk in 3.x.y).',
  rows: tableRows(`
4.1.1 | image vulnerabilities | operator | Scan images before they reach the registry that policy \`images.allow\` names. | 302 | image | image: S4.SCN.04: a registry that policy does not list, by whole components
4.1.2 | image configuration defects | default | User, entrypoint, health check and working directory of the image are not used; its volumes, steering labels and hijacking variables are refused. | 320, 322, 323, 324, 903, 925 | user, process, environment | build: an image with a VOLUME; build: an image with a label that other software on the node acts on
4.1.3 | embedded malware | operator | Scan images. What runs is contained: no network, no capability, a read-only root. | 302, 303 | image, network, capabilities, readOnlyRoot | main: S1.THR.01: what a session may not do is refused to it by the kernel
4.1.4 | embedded clear text secrets | shared | Values of variables that look like secrets are warned of or refused (policy \`env.literalSecrets\`); what is inside an image, its owner knows. | 605, 611, 613, 614 | | env: S0.L3.01, K-36: a literal secret is a warning, and refused where policy env.literalSecrets is "deny"
4.1.5 | untrusted images | setting | Policy \`images.allow\`, \`images.requireDigest\` and \`images.allowLocal\`. No signatures in this release. | 301, 302, 303, 310, 321 | image | image: S4.SCN.04: a registry that policy does not list, by whole components; policy: S1.PRO.PROD: production
4.2.1 | insecure connections to registries | operator | The engine pulls, by its own configuration: no \`insecure-registries\`. | | | calls: S0.M4.01, S2.V4.01: the closed list is this and nothing else
4.2.2 | stale images in registries | shared | A digest names one image; a tag that can move is warned of. | 303, 310 | image | image: (as a warning) a tag
4.2.3 | insufficient authentication and authorization at registries | operator | References to pull secrets are refused in this release; the engine uses what it is configured with. | 604 | | gates: a rule about sessions is asked at every gate that is named, and at no other
4.3.1 | unbounded administrative access | shared | Three ClusterRoles (view, edit, exec); rights are asked for on every call as the caller. Who gets them is RBAC of the cluster. | 601 | identity | identity: a caller without rights is told which right to ask for
4.3.2 | unauthorized access | default | No call without a token of our audience; sessions belong to whoever made them. | 601, 602 | identity | identity: S0.C3.02, S1.WARN.03: no path of the front end answers without a good token; identity: a session belongs to whoever created it: for the others it does not exist
4.3.3 | poorly separated traffic between containers | default | No network at all. | 204, 501, 910 | network | build: S1.THR.04, S4.T1.04: no network
4.3.4 | mixing of workload sensitivity levels | shared | Profiles by namespace, \`nodeSelector\` and node labels; which node serves whom is the operator's. | 610 | | policy: S1.PRO.PROD: production
4.3.5 | orchestrator node trust | default | A controller may write the status of its own node's sessions alone; the node API proves itself by a pinned certificate. | 602 | | account: is written by placement until a node has it, and then by the controller of that node
4.4.1 | vulnerabilities within the runtime software | operator | Keep engine, runc and kernel up to date; policy \`engine.requireRootless\` and \`engine.requireUserNamespaces\` lessen what a hole is worth. | 108, 110, 922 | runtime | engine: S4.T1.02: an engine that runs as root where policy requires rootless
4.4.2 | unbounded network access from containers | default | Network none, or one of the session alone without a way out. Targets on the node, in its networks and of metadata services are refused in any mode. | 501, 505, 506 | network | network: a network with egress targets; network: S3.T6.04 targets on the node, in its networks and in disguise, in whatever network mode
4.4.3 | insecure container runtime configurations | default | Built field by field, judged before it is created, and again as the engine says it runs. | 901, 902, 904, 905, 908, 910, 929 | privileged, capabilities, noNewPrivileges, seccomp, readOnlyRoot, otherSettings | real: the CIS checks of a session container on the engine find no failure (S3.CMP.02); main: S3.DEP.04, S3.T1.04: the engine runs what the profile promises
4.4.4 | app vulnerabilities | default | Read-only root, mounts without devices and set-id programs, limits of time and size, output marked as untrusted. | 407, 908, 916 | readOnlyRoot, tmpfs | exec: S1.LIM.01, S1.LIM.02: what is left out gets the default of policy: 30 s and 1 MiB
4.4.5 | rogue containers | default | Admission for every session; containers that no session owns are removed, strangers' are left alone. | 410, 411, 928 | identity | recovery: S4.T3.04: containers that are not ours are never touched, not even with a name or labels like ours
4.5.1 | large attack surface | operator | Use nodes for sessions alone, with a small system. | | | 
4.5.2 | shared kernel | shared | seccomp, no capabilities, AppArmor where the node has it; a runtime with a kernel of its own by policy \`runtimes.allow\`. | 105, 107, 905, 922 | seccomp, runtime | seccomp: S3.T4.01: refuses 47 named calls and more, and everything that it does not name; privilege: S3.NXT.07: a runtime that policy lists
4.5.3 | vulnerabilities of host components | operator | Keep the system of the node up to date. | | | 
4.5.4 | improper user access rights | shared | People reach sessions by Kubernetes and the front end, never by the node; who may use the engine's socket is the operator's to bound. | 201 | mounts | law: S0.M4.02: %s imports only what the law allows
4.5.5 | tampering with the host's file system | default | Host paths are read-only, outside of the refused places, and compared after the start. | 201, 207, 212, 917 | mounts, hostPaths | host: S3.T3.03, S3.T3.04: a writable host path outside the roots of policy; swap: K-30: a controller that does not see the processes of the node refuses host paths
`),
};
