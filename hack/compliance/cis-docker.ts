// CIS Docker Benchmark 1.6.0, section 5, row by row.

import { type Standard, tableRows } from './row.ts';

export const CIS_DOCKER: Standard = {
  title: 'CIS Docker Benchmark 1.6.0, section 5: container runtime',
  introduction: `\`make cis\` checks all of it on the session containers that run on an engine, apart from the rules and without them. That no check
fails on a session container is tested on a real engine: [cis](../test/integration/docker/cis.test.ts): "the CIS checks of a session
container on the engine find no failure (S3.CMP.02)". The proof of a row is, beside that, the check that sees a container without it.`,
  rows: tableRows(`
5.1  | swarm mode is off | operator | Sessions need no swarm; \`make cis\` warns where the engine of a node is in one. | | | cis: swarm mode
5.2  | AppArmor profile | shared | The engine's profile by default, the operator's own by policy \`appArmor.profile\`; \`unconfined\` is refused. A node without AppArmor says so, and policy \`appArmor.mode: required\` refuses it. | 106, 109, 906 | appArmor | cis: no AppArmor where the engine has it; cis: an unconfined AppArmor
5.3  | security options are set | shared | Options of a session are refused, the operator sets its own. SELinux labels are not in this release. | 104, 907 | securityOptions | cis: no security options; cis: SELinux labels off
5.4  | capabilities are restricted | default | All are dropped; none is added unless policy \`capabilities.allow\` names it. | 102, 902 | capabilities | cis: capabilities that were not dropped; cis: an added capability
5.5  | not privileged | default | Refused unless policy \`privileged.allow\`. | 101, 901 | privileged | cis: a privileged container
5.6  | no sensitive directory of the host | default | Refused by name, again by where links lead on the node, and again by device and inode after the start. | 201, 207, 211, 212, 917 | mounts, hostPaths | cis: the root of the node; cis: a file below /etc; cis: a volume that is a bind mount by its driver
5.7  | no SSH server inside | shared | Nothing is started beside the session init and the session's own command; what that command is, is not ours. | 925, 930 | process | cis: an SSH server
5.8  | no privileged port of the host | default | Host ports below 1024 are refused, and this release publishes no port at all (network mode none). | 503, 504, 921 | ports | cis: a low port on every address
5.9  | only needed ports are open | default | Only ports that the spec names, on a named address. | 504, 507, 508, 921 | ports | cis: all ports of the image
5.10 | network namespace of its own | default | With loopback alone. | 204, 501, 910 | network | cis: the network of the node; cis: the network of another container
5.11 | memory is limited | default | 512Mi unless the spec says otherwise, at most policy \`limits.maxMemory\`; no swap beside it. | 404, 912 | memory | cis: no memory limit
5.12 | CPU is limited | default | One core unless the spec says otherwise, at most policy \`limits.maxCpu\`. | 403, 911 | cpu | cis: no CPU limit
5.13 | root file system is read-only | default | Always; what can be written is tmpfs of a fixed size. | 407, 908, 916 | readOnlyRoot, tmpfs | cis: a writable root
5.14 | ports are bound to one address | default | A missing address and every spelling of "all addresses" are refused unless policy \`ports.allowPublic\`. | 502, 921 | ports | cis: a low port on every address
5.15 | at most five restarts | default | The engine restarts nothing; \`failurePolicy: Recreate\` makes a new container, later each time. | 924 | restart | cis: restarts for ever
5.16 | process namespace of its own | default | Refused unless policy \`hostNamespaces.allow\` names it. | 202, 910 | pidNamespace | cis: the processes of the node
5.17 | IPC namespace of its own | default | Refused unless policy \`hostNamespaces.allow\` names it. | 203, 910 | ipcNamespace | cis: the IPC of the node
5.18 | no device of the host | default | Refused unless policy \`devices.allow\` names the device. | 206, 918 | devices | cis: a device; cis: a GPU request
5.19 | ulimits are set | default | Open files, CPU time of a process and core files, for every session. | 406, 914 | ulimits | cis: no ulimits
5.20 | mount propagation is not shared | default | Host paths are mounted \`rprivate\` and without what is mounted below them. | 917 | mounts | cis: a shared mount
5.21 | host name namespace of its own | default | Refused unless policy \`hostNamespaces.allow\` names it. | 205, 910 | utsNamespace | cis: the host name of the node
5.22 | seccomp is on | default | A profile of the operator's own, sent inline; a node without seccomp gets no sessions. | 105, 905 | seccomp | cis: seccomp off; cis: a kernel without AppArmor and seccomp
5.23 | no privileged exec | default | The engine's exec is called with a closed body that has no such field. | | | cis: a privileged exec
5.24 | no exec as root | default | Commands run as the session's user, which is not root. | 103, 903 | user | cis: an exec as root
5.25 | cgroup parent is the engine's | default | Never set; a session that asks for one is refused. | 205, 910 | cgroup | cis: another cgroup parent
5.26 | no new privileges | default | Always. | 104, 904 | noNewPrivileges | cis: no security options; cis: new privileges, said last
5.27 | health is checked | exception | A health check would cost an exec each time. The session init answers on its channel, and the controller watches the container. | | process | cis: a health check
5.28 | image is the newest of its version | shared | Digests by policy \`images.requireDigest\` (profile production), a warning for tags that can move. How old an image is, its owner knows. | 303, 310 | image | image: S4.SCN.04: a tag where policy requires a digest
5.29 | processes are limited | default | 50 unless the spec says otherwise, at most policy \`limits.maxPids\`. | 405, 913 | pids | cis: no process limit
5.30 | not on the engine's default bridge | default | Network none: no bridge at all. | 204, 501, 910 | network | cis: the default bridge
5.31 | user namespace is not the host's | shared | The user namespace of the node is refused; whether the engine has one of its own is the node's, and policy \`engine.requireUserNamespaces\` can ask for it. | 110, 205, 910 | userNamespace | cis: the user namespace of the node
5.32 | no engine socket inside | default | Refused in every spelling, with every directory that holds it. | 201, 917 | mounts | cis: the socket of the engine; cis: the directory of the socket
`),
};
