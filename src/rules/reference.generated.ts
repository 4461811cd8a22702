// Generated from the headers of the rules and from examples/denied by hack/generate.ts (npm run generate). Do not edit.

import type { RuleReference } from './reference.ts';

export const RULE_REFERENCE: Readonly<Record<string, RuleReference>> = {
  "MCPS-101": {
    "danger": "A privileged container has all capabilities, all devices and no seccomp: root on the node.",
    "fields": "spec.security.privileged",
    "allowed": "false; true where policy privileged.allow is true.",
    "source": "CIS Docker 5.5, requirements.md S0.C2.01-05, PSS baseline \"Privileged Containers\".",
    "config": [
      "privileged.allow"
    ],
    "bad": "security: {privileged: true}",
    "good": "security: {privileged: false}"
  },
  "MCPS-102": {
    "danger": "One capability such as SYS_ADMIN, in any spelling, is enough to leave the container; add wins over drop ALL.",
    "fields": "spec.security.capabilities.add[]",
    "allowed": "what policy capabilities.allow lists (default nothing), for root only.",
    "source": "CIS Docker 5.4, requirements.md S0.C2.06 and 9.3, security.md 4.2 (measured: every spelling is effective).",
    "config": [
      "capabilities.allow"
    ],
    "bad": "security: {capabilities: {add: [SYS_ADMIN]}}",
    "good": "security: {capabilities: {add: []}}"
  },
  "MCPS-103": {
    "danger": "Uid 0 or gid 0 in the container is uid 0 or gid 0 on the node wherever the two touch (mounts, kernel bugs).",
    "fields": "spec.user.uid, spec.user.gid",
    "allowed": "1 and above; 0 where policy rootUser.allow is true.",
    "source": "CIS Docker 4.1, PSS restricted \"Running as Non-root\", CVE-2024-40635, security.md 4.4 (\"1000\" runs with gid 0).",
    "config": [
      "rootUser.allow"
    ],
    "bad": "user: {uid: 0, gid: 1001}",
    "good": "user: {uid: 1001, gid: 1001}"
  },
  "MCPS-104": {
    "danger": "Engine security options switch off no-new-privileges, seccomp, AppArmor, SELinux or path masking; the last one wins, \":\" and \"=\" both parse, and inline seccomp JSON is taken.",
    "fields": "spec.security.securityOpt[]",
    "allowed": "only \"no-new-privileges\" set to true, which the operator sets anyway.",
    "source": "CIS Docker 5.2, 5.3, 5.22, 5.26; requirements.md S0.C2.07; security.md 4.2 SecurityOpt.",
    "config": [],
    "bad": "security: {securityOpt: [label=disable]}",
    "good": "security: {securityOpt: ['no-new-privileges:true']}"
  },
  "MCPS-105": {
    "danger": "Without the seccomp filter the whole kernel interface is open to the session, and under a profile of its own whatever that leaves open.",
    "fields": "spec.security.seccompProfile",
    "allowed": "what policy seccomp.allow lists: \"RuntimeDefault\", the operator's own profile (docs/isolation.md), or \"EngineDefault\", that of the node's engine.",
    "source": "CIS Docker 5.22, PSS restricted \"Seccomp\", requirements.md S3.T4.01, security.md G14.",
    "config": [
      "seccomp.allow"
    ],
    "bad": "security: {seccompProfile: Unconfined}",
    "good": "security: {seccompProfile: RuntimeDefault}"
  },
  "MCPS-106": {
    "danger": "Without AppArmor the kernel's file and mount limits on the container are gone where the node relies on them.",
    "fields": "spec.security.appArmorProfile",
    "allowed": "\"RuntimeDefault\": on a node with AppArmor the profile that policy appArmor.profile names, on others none, which status says and policy appArmor.mode can refuse (MCPS-109).",
    "source": "CIS Docker 5.2, PSS baseline \"AppArmor\", requirements.md S3.T5.01, K-35.",
    "config": [
      "appArmor.mode",
      "appArmor.profile"
    ],
    "bad": "security: {appArmorProfile: Unconfined}",
    "good": "security: {appArmorProfile: RuntimeDefault}"
  },
  "MCPS-107": {
    "danger": "An engine takes any installed runtime or shim by name, also ones that do not isolate.",
    "fields": "spec.security.runtime",
    "allowed": "what policy runtimes.allow lists (default \"runc\").",
    "source": "security.md 4.2 Runtime.",
    "config": [
      "runtimes.allow"
    ],
    "bad": "security: {runtime: io.containerd.runtime.v1.linux}",
    "good": "security: {runtime: runc}"
  },
  "MCPS-108": {
    "danger": "A runtime by that name may not exist on this node, and an engine that falls back to another isolates less than was reviewed.",
    "fields": "spec.security.runtime",
    "allowed": "a runtime that the engine of the node names in its info.",
    "source": "security.md 4.2 Runtime, requirements.md S3.NXT.07.",
    "config": [],
    "bad": "security: {runtime: runsc} on a node whose engine has runc alone",
    "good": "security: {runtime: runc}"
  },
  "MCPS-109": {
    "danger": "A node without AppArmor runs sessions without its limits on files and mounts, although policy counts on them.",
    "fields": "spec.security.appArmorProfile",
    "allowed": "a node whose engine has AppArmor, where policy appArmor.mode is required.",
    "source": "requirements.md K-35, S3.T5.10, CIS Docker 5.2.",
    "config": [
      "appArmor.mode"
    ],
    "bad": "any session on a node without AppArmor while policy appArmor.mode is required",
    "good": "the same session on a node whose engine has AppArmor"
  },
  "MCPS-110": {
    "danger": "Who breaks out of a container of an engine that runs as root, without user namespaces, is root on the node.",
    "fields": "spec.nodeSelector",
    "allowed": "a rootless engine under policy engine.requireRootless; one with user namespaces, or rootless, under engine.requireUserNamespaces.",
    "source": "requirements.md S4.T1.02, security.md 4.7, CIS Docker 2.9.",
    "config": [
      "engine.requireRootless",
      "engine.requireUserNamespaces"
    ],
    "bad": "any session on an engine that runs as root while policy engine.requireRootless is true",
    "good": "the same session on a node with a rootless engine"
  },
  "MCPS-201": {
    "danger": "A mounted system directory, runtime socket or key directory is root on the node, read-only or not.",
    "fields": "spec.mounts[].hostPath",
    "allowed": "absolute paths in plain spelling outside the refused places; links are followed and judged again on the node.",
    "source": "CIS Docker 5.6, 5.32; requirements.md S0.C1 and 9.1; security.md 4.3.",
    "config": [],
    "bad": "mounts: [{hostPath: /var/run/docker.sock, target: /docker.sock}]",
    "good": "workspace: {sizeLimit: 256Mi}"
  },
  "MCPS-202": {
    "danger": "The host process namespace shows command lines, environments and /proc/<pid>/root of every process of the node.",
    "fields": "spec.security.pidMode",
    "allowed": "a private one (\"\"); \"host\" where policy hostNamespaces.allow lists \"pid\".",
    "source": "CIS Docker 5.16, PSS baseline \"Host Namespaces\", requirements.md S0.C2.08.",
    "config": [
      "hostNamespaces.allow"
    ],
    "bad": "security: {pidMode: host}",
    "good": "security: {pidMode: \"\"}"
  },
  "MCPS-203": {
    "danger": "The host IPC namespace opens shared memory and message queues of every program of the node.",
    "fields": "spec.security.ipcMode",
    "allowed": "a private one (\"\" or \"private\"); \"shareable\" and \"none\" are refused; \"host\" where policy hostNamespaces.allow lists \"ipc\".",
    "source": "CIS Docker 5.17, PSS baseline \"Host Namespaces\", requirements.md S0.C2.08.",
    "config": [
      "hostNamespaces.allow"
    ],
    "bad": "security: {ipcMode: host}",
    "good": "security: {ipcMode: private}"
  },
  "MCPS-204": {
    "danger": "The host network gives loopback services, abstract sockets and the metadata address of the node. Networks are chosen by spec.network.mode; names of engine networks (\"bridge\", foreign ones) are refused here.",
    "fields": "spec.security.networkMode",
    "allowed": "\"none\" or left out; \"host\" where policy hostNamespaces.allow lists \"network\".",
    "source": "CIS Docker 5.10, PSS baseline \"Host Namespaces\", requirements.md S0.C2.09.",
    "config": [
      "hostNamespaces.allow"
    ],
    "bad": "security: {networkMode: host}",
    "good": "network: {mode: none}"
  },
  "MCPS-205": {
    "danger": "Host mode of these namespaces lets a session rename the node, keep the engine's user mapping off, or see and leave its control group; a foreign cgroup parent lifts every limit (measured on 20.10).",
    "fields": "spec.security.{utsMode,usernsMode,cgroupnsMode,cgroupParent}",
    "allowed": "left out (\"private\" for cgroupnsMode); \"host\" where policy hostNamespaces.allow lists \"uts\", \"user\", \"cgroup\"; never a cgroup parent.",
    "source": "CIS Docker 5.21, 5.25, 5.31; requirements.md S0.C2.08; security.md 4.2.",
    "config": [
      "hostNamespaces.allow"
    ],
    "bad": "security: {cgroupParent: /}",
    "good": "security: {cgroupnsMode: private}"
  },
  "MCPS-206": {
    "danger": "A device of the node (disk, memory, /dev itself) is the node.",
    "fields": "spec.security.devices[].hostPath",
    "allowed": "what policy devices.allow lists by exact path below /dev (default nothing).",
    "source": "CIS Docker 5.18, requirements.md S0.C2.04, security.md 4.2 Devices (a directory maps all in it).",
    "config": [
      "devices.allow"
    ],
    "bad": "security: {devices: [{hostPath: /dev/sda}]}",
    "good": "security: {devices: []}"
  },
  "MCPS-207": {
    "danger": "Even an ordinary directory of a shared node holds data of others; writable, it is a way out of the session.",
    "fields": "spec.mounts[].{hostPath,readOnly}",
    "allowed": "read-only, strictly below policy mounts.allowedRoots where set, unless policy mounts.hostPath is \"forbidden\".",
    "source": "requirements.md K-03, security.md 4.3, CIS Docker 5.6.",
    "config": [
      "mounts.allowedRoots",
      "mounts.hostPath"
    ],
    "bad": "mounts: [{hostPath: /srv/data, target: /data, readOnly: false}]",
    "good": "mounts: [{hostPath: /srv/data, target: /data, readOnly: true}]"
  },
  "MCPS-208": {
    "danger": "Mounting over /proc, /sys or /dev undoes the masking of the engine; over programs, libraries or accounts it replaces the system of the image; a working directory there reaches open files of the runtime (CVE-2024-21626); two mounts on one place hide each other; one below a host path would be made on the node, as root.",
    "fields": "spec.mounts[].target, spec.tmpfs[].path, spec.workingDir",
    "allowed": "absolute, plainly written, unique, outside the reserved places (container-path.ts) and host mounts.",
    "source": "security.md 4.3 \"Target\" and 4.4 \"WorkingDir\" (measured), CVE-2019-16884.",
    "config": [],
    "bad": "tmpfs: [{path: /proc/acpi}]",
    "good": "tmpfs: [{path: /scratch}]"
  },
  "MCPS-209": {
    "danger": "A mount without one clear source would be guessed at; an engine volume can bind any host directory through its driver options.",
    "fields": "spec.mounts[].{hostPath,volume}",
    "allowed": "exactly hostPath; volumes are not available in this release.",
    "source": "security.md 4.3 VolumeOptions.DriverConfig (measured: mounted the host root), issue 3 item 3.",
    "config": [],
    "bad": "mounts: [{volume: data, target: /data}]",
    "good": "mounts: [{hostPath: /srv/data, target: /data}]"
  },
  "MCPS-210": {
    "danger": "A kernel setting that is not kept in a namespace changes the node; a few in the network namespace open routes.",
    "fields": "spec.security.sysctls[]",
    "allowed": "names in policy sysctls.allow (default the safe list of Pod Security Standards), once each, values without control characters. \"a/b\" and \"a.b\" are one name.",
    "source": "PSS baseline \"Sysctls\", security.md 4.2 Sysctls.",
    "config": [
      "sysctls.allow"
    ],
    "bad": "security: {sysctls: [{name: kernel/core_pattern, value: core}]}",
    "good": "security: {sysctls: [{name: net.ipv4.tcp_syncookies, value: \"1\"}]}"
  },
  "MCPS-211": {
    "danger": "The engine makes a missing directory as root, and a socket, pipe or device behind a harmless name is a way to the node.",
    "fields": "spec.mounts[].hostPath",
    "allowed": "an existing directory or regular file, after links were followed, that does not hold the data of the engine.",
    "source": "requirements.md K-30, security.md 4.3 (measured), CIS Docker 5.6.",
    "config": [],
    "bad": "mounts: [{hostPath: /srv/missing, target: /data}]",
    "good": "mounts: [{hostPath: /srv/data, target: /data}], and /srv/data exists on the node"
  },
  "MCPS-212": {
    "danger": "Whoever can rename a directory above a host path can have another one mounted after the path was checked.",
    "fields": "spec.mounts[].hostPath",
    "allowed": "the very object that was checked, by device, inode, time of birth and mount root, as the process of the running container has it.",
    "source": "security.md 4.3 TOCTOU, design.md 8.14, requirements.md K-30.",
    "config": [],
    "bad": "mounts: [{hostPath: /srv/data, target: /data}] while another directory takes the place of /srv/data",
    "good": "mounts: [{hostPath: /srv/data, target: /data}] below a directory that root alone can write"
  },
  "MCPS-301": {
    "danger": "A reference that two programs read differently runs something else than what was reviewed.",
    "fields": "spec.image",
    "allowed": "the distribution grammar in lower case, without credentials; no bare id.",
    "source": "github.com/distribution/reference, security.md 4.4 Image.",
    "config": [],
    "bad": "image: docker.io//library/../busybox",
    "good": "image: docker.io/library/busybox:1"
  },
  "MCPS-302": {
    "danger": "An image from a stranger's registry is a stranger's program.",
    "fields": "spec.image",
    "allowed": "registries and paths of policy images.allow, compared by whole path components (default \"*\").",
    "source": "CIS Docker 4.2, security.md 4.4 Image.",
    "config": [
      "images.allow"
    ],
    "bad": "image: docker.io/stranger/tool:1",
    "good": "image: registry.example.com/agents/tool:1"
  },
  "MCPS-303": {
    "danger": "A tag can be moved to another image after it was reviewed.",
    "fields": "spec.image",
    "allowed": "a reference with a digest, where policy images.requireDigest is true.",
    "source": "CIS Docker 4.2 and 5.28, security.md 4.4.",
    "config": [
      "images.requireDigest"
    ],
    "bad": "image: docker.io/library/python:3.13-slim",
    "good": "image: docker.io/library/python:3.13-slim@sha256:abababababababababababababababababababababababababababababababab"
  },
  "MCPS-310": {
    "danger": "A tag can be moved to another image after it was reviewed; a warning where policy does not require a digest.",
    "fields": "spec.image",
    "allowed": "without a warning, a reference with a digest, or policy images.requireDigest (then MCPS-303 refuses).",
    "source": "CIS Docker 5.28, ux.md 2.2 (3xx).",
    "config": [
      "images.requireDigest"
    ],
    "bad": "image: docker.io/library/python:3.13-slim",
    "good": "image: docker.io/library/python:3.13-slim@sha256:abababababababababababababababababababababababababababababababab"
  },
  "MCPS-320": {
    "danger": "A VOLUME of the image becomes a writable directory on the disk of the node, without a limit and beside the read-only root.",
    "fields": "spec.image",
    "allowed": "an image without VOLUME.",
    "source": "requirements.md section 10, security.md 4.4 Volumes.",
    "config": [],
    "bad": "image: an image with VOLUME /data",
    "good": "image: one without VOLUME; workspace: {sizeLimit: 256Mi}"
  },
  "MCPS-321": {
    "danger": "An image that was built or imported on the node has no origin that anybody can check.",
    "fields": "spec.image",
    "allowed": "an image with a registry digest, where policy images.allowLocal is false.",
    "source": "design.md 8.26, CIS Docker 4.2.",
    "config": [
      "images.allowLocal"
    ],
    "bad": "image: built/on-the-node:1",
    "good": "image: registry.example.com/agents/tool@sha256:abababababababababababababababababababababababababababababababab"
  },
  "MCPS-322": {
    "danger": "Labels of the image reach the container, and proxies, schedulers and updaters on the node act on labels.",
    "fields": "spec.image",
    "allowed": "an image without labels of such software; the list is in src/model/steering-labels.ts.",
    "source": "security.md 4.4 Labels.",
    "config": [],
    "bad": "image: an image with LABEL traefik.enable=true",
    "good": "image: one without labels that software on the node acts on"
  },
  "MCPS-323": {
    "danger": "ENV of the image reaches every program of the session and the hooks of the engine, which LD_PRELOAD has taken over before.",
    "fields": "spec.image",
    "allowed": "an image without such variables, or spec.env that sets them to \"\", or PATH to absolute directories.",
    "source": "requirements.md S0.H1.09 and section 10, CVE-2025-23266.",
    "config": [],
    "bad": "image: an image with ENV LD_PRELOAD=/lib/tool.so",
    "good": "env: [{name: LD_PRELOAD, value: \"\"}], or an image without it"
  },
  "MCPS-324": {
    "danger": "WORKDIR below /proc, /sys or /dev reaches open files of the runtime.",
    "fields": "spec.image",
    "allowed": "any other WORKDIR, or none; the session has its own.",
    "source": "security.md 4.1 and 4.4 WorkingDir, CVE-2024-21626.",
    "config": [],
    "bad": "image: an image with WORKDIR /proc/self/fd/7",
    "good": "image: one with WORKDIR /app"
  },
  "MCPS-325": {
    "danger": "The engine fetches an image from the network of the node, so a registry that is the node, its network or a metadata service makes the engine send requests there for the session.",
    "fields": "spec.image",
    "allowed": "registries with a public name or address; others where policy images.allow names the registry itself (\"*\" does not); \"mcps.local\", under which images of the node alone are kept.",
    "source": "requirements.md S3.T6 and 9.7, S4.SCN.04; security.md 4.4 Image.",
    "config": [
      "images.allow"
    ],
    "bad": "image: 127.0.0.1:5000/agents/tool:1",
    "good": "image: registry.example.com/agents/tool:1"
  },
  "MCPS-401": {
    "danger": "A session that never ends holds its node's memory and its secrets for ever.",
    "fields": "spec.lifetime.ttlSeconds",
    "allowed": "1 to policy limits.maxTtlSeconds.",
    "source": "requirements.md section 6 \"session TTL\", S4.T3.02.",
    "config": [
      "limits.maxTtlSeconds"
    ],
    "bad": "lifetime: {ttlSeconds: 43200}",
    "good": "lifetime: {ttlSeconds: 3600}"
  },
  "MCPS-402": {
    "danger": "An abandoned session keeps its resources.",
    "fields": "spec.lifetime.idleTimeoutSeconds",
    "allowed": "0 (no idle limit, because ttlSeconds ends the session anyway) to policy limits.maxIdleTimeoutSeconds.",
    "source": "requirements.md section 6.",
    "config": [
      "limits.maxIdleTimeoutSeconds"
    ],
    "bad": "lifetime: {idleTimeoutSeconds: 86400}",
    "good": "lifetime: {idleTimeoutSeconds: 900}"
  },
  "MCPS-403": {
    "danger": "Without a CPU limit one session starves the others; 0 means unlimited to the engine.",
    "fields": "spec.resources.cpu",
    "allowed": "50m to policy limits.maxCpu.",
    "source": "CIS Docker 5.12, requirements.md section 6 \"cpu limit\".",
    "config": [
      "limits.maxCpu"
    ],
    "bad": "resources: {cpu: \"64\"}",
    "good": "resources: {cpu: \"2\"}"
  },
  "MCPS-404": {
    "danger": "Without a memory limit one session takes the node down; 0 means unlimited to the engine.",
    "fields": "spec.resources.memory",
    "allowed": "policy limits.minMemory to limits.maxMemory.",
    "source": "CIS Docker 5.11, requirements.md section 6 \"memory\".",
    "config": [
      "limits.maxMemory",
      "limits.minMemory"
    ],
    "bad": "resources: {memory: 64Gi}",
    "good": "resources: {memory: 1Gi}"
  },
  "MCPS-405": {
    "danger": "A fork bomb takes the process table of the node.",
    "fields": "spec.resources.pids",
    "allowed": "10 to policy limits.maxPids.",
    "source": "CIS Docker 5.29, requirements.md section 6 \"pids\", K-13.",
    "config": [
      "limits.maxPids"
    ],
    "bad": "resources: {pids: 10000}",
    "good": "resources: {pids: 200}"
  },
  "MCPS-406": {
    "danger": "A process that runs or opens files without end wears its node out.",
    "fields": "spec.resources.{cpuTimeSeconds,openFiles}",
    "allowed": "1 second and 16 files, up to policy limits.maxCpuTimeSeconds and limits.maxOpenFiles.",
    "source": "CIS Docker 5.19, requirements.md section 6, K-09.",
    "config": [
      "limits.maxCpuTimeSeconds",
      "limits.maxOpenFiles"
    ],
    "bad": "resources: {cpuTimeSeconds: 86400}",
    "good": "resources: {cpuTimeSeconds: 600}"
  },
  "MCPS-407": {
    "danger": "A tmpfs without a size may take half the memory of the node; one above the memory limit can only end in an OOM kill.",
    "fields": "spec.workspace.sizeLimit, spec.tmpfs[].sizeLimit",
    "allowed": "above 0, up to policy limits.maxTmpfs and spec.resources.memory.",
    "source": "security.md 4.2 Tmpfs (measured: no size is 50 % of RAM), requirements.md section 6 \"/tmp tmpfs\".",
    "config": [
      "limits.maxTmpfs"
    ],
    "bad": "workspace: {sizeLimit: 1Gi}",
    "good": "workspace: {sizeLimit: 256Mi}"
  },
  "MCPS-408": {
    "danger": "Disk without an enforced bound fills the node; a workspace that claims to persist and does not loses work.",
    "fields": "spec.workspace.{medium,persistent,sizeLimit}",
    "allowed": "Memory, not persistent; Disk from 1Mi up to policy limits.maxDisk, on nodes that hold it to its size or where policy allows disk without a bound (plan/wanted-attachments.ts, since only the node knows).",
    "source": "design.md 8.13.",
    "config": [
      "limits.maxDisk"
    ],
    "bad": "workspace: {persistent: true}",
    "good": "workspace: {medium: Disk, persistent: true}"
  },
  "MCPS-410": {
    "danger": "One subject, or one agent that creates in a loop, takes the room of everybody else on the nodes.",
    "fields": "metadata.annotations[\"mcpsession.dev/owner\"]",
    "allowed": "on create, fewer than policy limits.perOwner unfinished sessions of the owner in all namespaces together; an owner is known of sessions that the front end made.",
    "source": "requirements.md S4.DEV.03, issue 5 (quotas per subject).",
    "config": [
      "limits.perOwner"
    ],
    "bad": "a fourth session of the same owner while policy limits.perOwner is 3",
    "good": "the same session when one of the three has ended"
  },
  "MCPS-411": {
    "danger": "One namespace takes the room of all others on the nodes, by mistake or on purpose.",
    "fields": "metadata.namespace",
    "allowed": "on create, fewer than policy limits.perNamespace unfinished sessions in the namespace.",
    "source": "requirements.md S4.DEV.03, issue 5 (quotas per namespace).",
    "config": [
      "limits.perNamespace"
    ],
    "bad": "an eleventh session in the namespace while policy limits.perNamespace is 10",
    "good": "the same session when one of the ten has ended"
  },
  "MCPS-412": {
    "danger": "In an incident nothing new may start while people look at what happened.",
    "fields": "every new session",
    "allowed": "none while policy suspendAll is true.",
    "source": "requirements.md S1.IR.01.",
    "config": [
      "suspendAll"
    ],
    "bad": "any new session while policy suspendAll is true",
    "good": "the same session when it is false again"
  },
  "MCPS-501": {
    "danger": "A network that is granted but not enforced reaches everything the node reaches.",
    "fields": "spec.network.{mode,egress}",
    "allowed": "\"none\"; \"isolated\", which is a bridge of the session alone and no way out of it, and no mode of the engine beside it. No egress targets: \"egress\" is refused until it is enforced.",
    "source": "design.md 8.16, requirements.md K-20.",
    "config": [],
    "bad": "network: {mode: egress}",
    "good": "network: {mode: isolated}"
  },
  "MCPS-502": {
    "danger": "A port on every address of the node is open to whoever reaches the node; the engine does that when the address is left out.",
    "fields": "spec.network.ports[].hostIP",
    "allowed": "one literal address of the node, IPv4 or IPv6, in whatever network mode; every address only where policy ports.allowPublic is true.",
    "source": "CIS Docker 5.14, requirements.md S0.M1.05-06, security.md 4.2 PortBindings.",
    "config": [
      "ports.allowPublic"
    ],
    "bad": "network: {mode: isolated, ports: [{containerPort: 8080}]}",
    "good": "network: {ports: []}"
  },
  "MCPS-503": {
    "danger": "A port below 1024 on the node impersonates one of its services.",
    "fields": "spec.network.ports[].hostPort",
    "allowed": "0 (the engine chooses) or 1024 and above.",
    "source": "CIS Docker 5.8, requirements.md section 6 \"ports\".",
    "config": [],
    "bad": "network: {mode: isolated, ports: [{containerPort: 8080, hostIP: 127.0.0.1, hostPort: 80}]}",
    "good": "network: {ports: []}"
  },
  "MCPS-504": {
    "danger": "A published port that leads nowhere looks like a service that works: the engine accepts ports on an internal network, and publishes none of them (measured, 20.10).",
    "fields": "spec.network.ports",
    "allowed": "none while spec.network.mode is \"none\" or \"isolated\".",
    "source": "requirements.md K-39.",
    "config": [],
    "bad": "network: {ports: [{containerPort: 8080, hostIP: 127.0.0.1}]}",
    "good": "network: {ports: []}"
  },
  "MCPS-505": {
    "danger": "A target that is the node, its network, the cluster or a cloud's metadata service hands their trust to the session.",
    "fields": "spec.network.egress[].{host,cidr}",
    "allowed": "public names and addresses, in whatever network mode; a range that holds no other address.",
    "source": "requirements.md S3.T6 and 9.7, K-20, K-23; CVE-2025-9074.",
    "config": [],
    "bad": "network: {mode: egress, egress: [{host: 169.254.169.254}]}",
    "good": "network: {mode: egress, egress: [{host: pypi.org}]}"
  },
  "MCPS-506": {
    "danger": "A target that two programs read differently is checked as one host and reached as another.",
    "fields": "spec.network.egress[].{host,cidr,ports}",
    "allowed": "one of host (\"pypi.org\", \"*.example.com\", with a port where ports is empty) and cidr (network address and prefix length), plainly written; ports once each.",
    "source": "requirements.md S3.T3.07-08, security.md 11 class 11.",
    "config": [],
    "bad": "network: {mode: egress, egress: [{host: https://pypi.org/simple}]}",
    "good": "network: {mode: egress, egress: [{host: pypi.org}]}"
  },
  "MCPS-507": {
    "danger": "Who listens on a port of the engine, the kubelet or a NodePort of the cluster is taken for that service.",
    "fields": "spec.network.ports[].hostPort",
    "allowed": "0 (the engine chooses), or a port that is nobody's (network/reserved-ports.ts).",
    "source": "security.md 4.2 PortBindings, requirements.md S4.CHK.01, Kubernetes \"Ports and Protocols\".",
    "config": [],
    "bad": "network: {mode: isolated, ports: [{containerPort: 8080, hostIP: 127.0.0.1, hostPort: 2375}]}",
    "good": "network: {ports: []}"
  },
  "MCPS-508": {
    "danger": "Two publications of one port cannot both work, and which of them does is chance.",
    "fields": "spec.network.ports[]",
    "allowed": "each hostPort once per address (a missing address is every address); each containerPort once per address where the engine chooses.",
    "source": "security.md 11 class 11, design.md 8.21 (nothing that is asked is dropped).",
    "config": [],
    "bad": "network: {mode: isolated, ports: [{containerPort: 8080, hostIP: 127.0.0.1, hostPort: 8080}, {containerPort: 9090, hostIP: 127.0.0.1, hostPort: 8080}]}",
    "good": "network: {ports: []}"
  },
  "MCPS-601": {
    "danger": "Whoever can name the owner of a session can take it over, or hand one to somebody who never asked.",
    "fields": "metadata.annotations[\"mcpsession.dev/owner\"]",
    "allowed": "absent; on create the requester's own name, and from the front end's own account any name, because it names the caller it authenticated; never changed afterwards.",
    "source": "design.md 8.5, requirements.md S1.AUD (owner in every record).",
    "config": [],
    "bad": "annotations: {mcpsession.dev/owner: somebody-else}",
    "good": "annotations: {}, or your own name"
  },
  "MCPS-602": {
    "danger": "Labels and annotations of the operator's domain steer the operator; one set by a user could make a container look like another session's.",
    "fields": "metadata.{labels,annotations}",
    "allowed": "no key of mcpsession.dev or a domain below it, but the owner annotation, which MCPS-601 judges; \"user.mcpsession.dev/\" is free.",
    "source": "security.md 4.4 Labels, design.md 8.5.",
    "config": [],
    "bad": "labels: {mcpsession.dev/uid: somebody-else}",
    "good": "labels: {team: research}"
  },
  "MCPS-603": {
    "danger": "Variables such as LD_PRELOAD or BASH_ENV run code of their choice in every program, without any shell character.",
    "fields": "spec.env[].name; the value of PATH",
    "allowed": "names outside the list and the reserved prefixes, or an empty value, which takes away what the image sets; a PATH of absolute entries.",
    "source": "requirements.md S0.H1.09, security.md 4.4 Env; the list is in hijacking-names.ts.",
    "config": [],
    "bad": "env: [{name: LD_PRELOAD, value: /workspace/evil.so}]",
    "good": "env: [{name: PLUGIN, value: /workspace/plugin.so}]"
  },
  "MCPS-604": {
    "danger": "A reference that is accepted but not resolved starts a program without its secret; a pull secret that is accepted but not used hides whose right an image was fetched by.",
    "fields": "spec.env[].valueFrom, spec.imagePullSecrets, spec.sessionInit",
    "allowed": "valueFrom with one key of one Secret or ConfigMap, in a session with the session init; no pull secrets in this release.",
    "source": "design.md 8.12 (docs/adr/0012).",
    "config": [],
    "bad": "sessionInit: Disabled, env: [{name: DB, valueFrom: {secretKeyRef: {name: db, key: url}}}]",
    "good": "env: [{name: DB, valueFrom: {secretKeyRef: {name: db, key: url}}}]"
  },
  "MCPS-605": {
    "danger": "A secret in a spec is in etcd, in Git, in `kubectl get -o yaml` and in the context of a model. A warning, because only people know.",
    "fields": "spec.env[].{name,value}",
    "allowed": "without a warning, names and values that do not look like secrets; policy env.literalSecrets \"deny\" refuses instead (MCPS-611). The value is never shown.",
    "source": "requirements.md S0.L3.01, K-36; CIS Kubernetes 5.4.1.",
    "config": [
      "env.literalSecrets"
    ],
    "bad": "env: [{name: API_TOKEN, value: s3cr3t-value}]",
    "good": "env: [{name: LOG_LEVEL, value: debug}]"
  },
  "MCPS-606": {
    "danger": "A value that a script puts into a shell line runs as a command; a NUL ends the value early.",
    "fields": "spec.env[].value",
    "allowed": "no NUL; without \"$(\", backtick, \";\", \"&\", \"|\", CR, LF, unless the whole value is a URL or DSN, JSON, PEM or a connection string. Policy env.valuePolicy \"warn\" makes shell tokens a warning (MCPS-608).",
    "source": "requirements.md S0.H1.03-07 and K-01, design.md 8.2. The value is never shown.",
    "config": [
      "env.valuePolicy"
    ],
    "bad": "env: [{name: GREETING, value: $(cat /etc/passwd)}]",
    "good": "env: [{name: GREETING, value: hello}]"
  },
  "MCPS-607": {
    "danger": "A variable with two sources, none, or a second definition of the same name means something else to each reader.",
    "fields": "spec.env[]",
    "allowed": "unique names, each with exactly one of value and valueFrom.",
    "source": "Kubernetes EnvVar, K-01.",
    "config": [],
    "bad": "env: [{name: EMPTY}]",
    "good": "env: [{name: EMPTY, value: \"\"}]"
  },
  "MCPS-608": {
    "danger": "As MCPS-606: a value that a script puts into a shell line runs as a command.",
    "fields": "spec.env[].value",
    "allowed": "as MCPS-606, which refuses; a warning where policy env.valuePolicy is \"warn\".",
    "source": "requirements.md K-01 (profile development), design.md 8.2. The value is never shown.",
    "config": [
      "env.valuePolicy"
    ],
    "bad": "env: [{name: GREETING, value: $(id)}]",
    "good": "env: [{name: GREETING, value: hello}]"
  },
  "MCPS-609": {
    "danger": "An environment beyond the kernel's bound makes every command of the session fail.",
    "fields": "spec.env",
    "allowed": "32 KiB a value, 1 MiB of names and values in all.",
    "source": "execve(2) \"Limits on size of arguments\", security.md 4.4 Env, requirements.md S0.H1.09.",
    "config": [],
    "bad": "env: more than 1 MiB of names and values in all",
    "good": "env: [{name: LOG_LEVEL, value: debug}]"
  },
  "MCPS-610": {
    "danger": "A label that is misspelt would judge a namespace by another profile than its owner believes.",
    "fields": "labels mcpsession.dev/profile, /warn and /audit of the namespace",
    "allowed": "the name of a profile, or no label.",
    "source": "design.md 3, Pod Security Admission (labels of a namespace).",
    "config": [],
    "bad": "namespace label mcpsession.dev/profile: prodution",
    "good": "namespace label mcpsession.dev/profile: production"
  },
  "MCPS-611": {
    "danger": "As MCPS-605; refused where policy env.literalSecrets is \"deny\", as in profile production.",
    "fields": "spec.env[].{name,value}",
    "allowed": "names and values that do not look like secrets. The value is never shown.",
    "source": "requirements.md S0.L3.01, K-36; CIS Kubernetes 5.4.1.",
    "config": [
      "env.literalSecrets"
    ],
    "bad": "env: [{name: API_TOKEN, value: s3cr3t-value}]",
    "good": "env: [{name: LOG_LEVEL, value: debug}]"
  },
  "MCPS-612": {
    "danger": "The controller reads a Secret for the session of somebody who may not read it, and the session hands the value out.",
    "fields": "spec.env[].valueFrom, spec.imagePullSecrets",
    "allowed": "objects of the session's own namespace that the requester may `get`, at most 32 of them; on an update those that were named before.",
    "source": "design.md 8.12 (no confused deputy).",
    "config": [],
    "bad": "env: [{name: DB, valueFrom: {secretKeyRef: {name: db, key: url}}}] by a user who may not get Secret db",
    "good": "the same by a user with a Role that allows `get` on Secret db in the namespace of the session"
  },
  "MCPS-613": {
    "danger": "A key of no known form in a spec is as readable as any other. A warning, because random words are often no secret.",
    "fields": "spec.env[].value",
    "allowed": "without a warning, words of fewer than 20 characters or of little entropy, UUIDs, hashes, digests, integrity values, encoded images; policy env.entropy \"deny\" refuses instead (MCPS-614). The value is never shown.",
    "source": "requirements.md S0.L3.02, K-12.",
    "config": [
      "env.entropy"
    ],
    "bad": "env: [{name: SEED, value: q7Zk2mVx9Lp4Rt8WnB3cYf6HsJ1dGa5E}]",
    "good": "env: [{name: LOG_LEVEL, value: debug}]"
  },
  "MCPS-614": {
    "danger": "As MCPS-613; refused where policy env.entropy is \"deny\".",
    "fields": "spec.env[].value",
    "allowed": "what does not look random: see MCPS-613. The value is never shown.",
    "source": "requirements.md S0.L3.02, K-12.",
    "config": [
      "env.entropy"
    ],
    "bad": "env: [{name: SEED, value: q7Zk2mVx9Lp4Rt8WnB3cYf6HsJ1dGa5E}]",
    "good": "env: [{name: LOG_LEVEL, value: debug}]"
  },
  "MCPS-801": {
    "danger": "Arguments without a program would be handed to whatever the image starts.",
    "fields": "spec.args",
    "allowed": "only together with spec.command.",
    "source": "issue 3 item 3 (an ignored field is a defect, design.md 3).",
    "config": [],
    "bad": "args: [--help]",
    "good": "command: [ls], args: [--help]"
  },
  "MCPS-802": {
    "danger": "A NUL ends an argument early, so that another program runs than the one reviewed; arguments beyond the kernel's bound make every start fail; status and terminals show the program's name.",
    "fields": "spec.command, spec.args",
    "allowed": "a program that is not empty and holds nothing invisible, no NUL, 128 KiB in all.",
    "source": "execve(2) \"Limits on size of arguments\", security.md 4.4 Cmd.",
    "config": [],
    "bad": "command: [sleep, \"1\\0002\"]",
    "good": "command: [sleep, \"12\"]"
  },
  "MCPS-803": {
    "danger": "A command that policy names as harmful destroys data or brings foreign code into the session.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "what matches none of policy commands.deny, in mode denylist; text that is only printed or searched is not looked at.",
    "source": "requirements.md S1.CMD.03, K-05, K-40, S0.M5.02.",
    "config": [
      "commands.deny"
    ],
    "bad": "command: [chmod, \"777\", /srv/shared]",
    "good": "command: [chmod, \"755\", /srv/shared]"
  },
  "MCPS-804": {
    "danger": "A program that nobody thought of does what no list of bad ones foresees.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "in mode allowlist of policy commands.mode, commands that match policy commands.allow; of a script, a launcher or a pipeline each command by itself.",
    "source": "requirements.md S1.CMD.01, S1.CMD.04, K-31, K-40.",
    "config": [
      "commands.allow",
      "commands.mode"
    ],
    "bad": "command: [pip, install, tool]",
    "good": "command: [ls, -la]"
  },
  "MCPS-805": {
    "danger": "Rm of the root, mkfs, writes to disks and fork bombs in spellings that no pattern foresees.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "commands without them, unless policy commands.mode is none; decided on arguments, in every order of options.",
    "source": "requirements.md 9.4, K-05, S0.M5.04.",
    "config": [
      "commands.mode"
    ],
    "bad": "command: [rm, -r, -f, /]",
    "good": "command: [rm, -r, -f, /workspace/build]"
  },
  "MCPS-806": {
    "danger": "A script that comes from a network and runs at once is code that nobody reviewed and that can change with every call.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "fetching into a file or into a program that reads it as data, unless policy commands.mode is none.",
    "source": "requirements.md 9.4, S0.M5.04, K-05.",
    "config": [
      "commands.mode"
    ],
    "bad": "command: [sh, -c, wget -O- https://example.com/install | sh]",
    "good": "command: [sh, -c, \"wget -O install https://example.com/install\"]"
  },
  "MCPS-807": {
    "danger": "Files of the image and of the kernel tell about the machine or steer it.",
    "fields": "spec.command, spec.args, spec.workingDir, the command of an exec",
    "allowed": "arguments, redirections and directories outside policy commands.deniedPaths; with policy commands.deniedPathsMode write, reading them too.",
    "source": "requirements.md S1.PATH.01, S1.PATH.02, K-19.",
    "config": [
      "commands.deniedPaths",
      "commands.deniedPathsMode"
    ],
    "bad": "command: [cat, /etc/shadow]",
    "good": "command: [cat, /workspace/shadow]"
  },
  "MCPS-808": {
    "danger": "A container client in a session that reaches an engine starts containers outside of every limit.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "arguments that are none of policy commands.deniedFlags, as \"--flag=value\" and \"--flag value\"; of container clients also no host namespaces, devices and mounts.",
    "source": "requirements.md S1.FLAG.01, K-32.",
    "config": [
      "commands.deniedFlags"
    ],
    "bad": "command: [docker, run, --privileged, alpine]",
    "good": "command: [docker, run, alpine]"
  },
  "MCPS-809": {
    "danger": "A script that this side reads differently from the shell, or not to its end, hides what it runs.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "scripts that the parser understands, up to its bounds; all of them where policy commands restricts nothing.",
    "source": "requirements.md 9.4 (unparsable quoting), K-05.",
    "config": [
      "commands.allow",
      "commands.deniedFlags",
      "commands.deniedPaths",
      "commands.deniedPathsMode",
      "commands.deny",
      "commands.mode",
      "commands.readOnly",
      "commands.strictPatterns"
    ],
    "bad": "command: [sh, -c, echo ']",
    "good": "command: [sh, -c, \"echo\"]"
  },
  "MCPS-810": {
    "danger": "Letters of other scripts that look like ASCII make a person approve a program or an option that is another one.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "names of programs and options in one script; data in any language; everything where policy commands.mode is none.",
    "source": "requirements.md K-26.",
    "config": [
      "commands.mode"
    ],
    "bad": "command: [сat, notes]",
    "good": "command: [cat, notes]"
  },
  "MCPS-811": {
    "danger": "A file that a session wrote itself carries the name of an allowed program.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "in mode allowlist of policy commands.mode, programs by name alone or in /bin, /usr/bin, /usr/local/bin, /sbin and /usr/sbin.",
    "source": "requirements.md 9.4, S1.CMD.04.",
    "config": [
      "commands.mode"
    ],
    "bad": "command: [/tmp/ls]",
    "good": "command: [/bin/ls]"
  },
  "MCPS-812": {
    "danger": "A variable or a substitution where a program or a script stands runs what nobody saw.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "in mode allowlist of policy commands.mode, programs and scripts that are written out.",
    "source": "requirements.md K-01, K-31, S1.CMD.04.",
    "config": [
      "commands.mode"
    ],
    "bad": "command: [sh, -c, \"$TOOL file\"]",
    "good": "command: [sh, -c, \"cat file\"]"
  },
  "MCPS-813": {
    "danger": "A program that reads has options and redirections that write or start programs, and evidence is changed.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "under policy commands.readOnly, reading: no redirection into files, no option that writes, top with -b and -n.",
    "source": "requirements.md S1.PRO.INV, 9.4, K-31.",
    "config": [
      "commands.readOnly"
    ],
    "bad": "command: [find, ., -delete]",
    "good": "command: [find, ., -name, notes]"
  },
  "MCPS-814": {
    "danger": "Awk, sed, tar, git and others run commands out of their own arguments, past every list of programs.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "in mode allowlist of policy commands.mode, arguments of those programs that start nothing.",
    "source": "requirements.md S1.CMD.04, K-31.",
    "config": [
      "commands.mode"
    ],
    "bad": "command: [awk, \"BEGIN { system(\\\"id\\\") }\"]",
    "good": "command: [awk, \"{ print $1 }\", file]"
  },
  "MCPS-815": {
    "danger": "PATH, LD_PRELOAD and their like make an allowed program load or run another one.",
    "fields": "spec.command, spec.args, the command of an exec",
    "allowed": "in mode allowlist of policy commands.mode, scripts that set none of them.",
    "source": "requirements.md S0.H1.09, K-31; the list is in hijacking-names.ts.",
    "config": [
      "commands.mode"
    ],
    "bad": "command: [sh, -c, \"PATH=. ls\"]",
    "good": "command: [sh, -c, ls]"
  },
  "MCPS-901": {
    "danger": "A privileged container has all capabilities and devices.",
    "fields": "privileged",
    "allowed": "false, or policy privileged.allow.",
    "source": "CIS Docker 5.5, security.md 4.2 (inspect must show false after start: the v1.23 start trick).",
    "config": [
      "privileged.allow"
    ],
    "bad": "privileged: true",
    "good": "privileged: false"
  },
  "MCPS-902": {
    "danger": "A capability that was not dropped, or that was added in any spelling.",
    "fields": "capabilitiesDropped, capabilitiesAdded",
    "allowed": "dropped exactly ALL; added what policy capabilities.allow lists.",
    "source": "CIS Docker 5.4, security.md 4.2 CapAdd, CapDrop.",
    "config": [
      "capabilities.allow"
    ],
    "bad": "capabilitiesAdded: [SYS_ADMIN]",
    "good": "capabilitiesAdded: []"
  },
  "MCPS-903": {
    "danger": "\"1000\" and \"1000:\" run with gid 0, names are looked up in the image, large numbers wrap to root.",
    "fields": "user",
    "allowed": "\"<uid>:<gid>\", plain decimal, both 1 to 2^31-1; 0 where policy rootUser.allow is true.",
    "source": "CIS Docker 4.1, CVE-2024-40635, CVE-2026-46680, security.md 4.4 User (measured).",
    "config": [
      "rootUser.allow"
    ],
    "bad": "user: \"1000\"",
    "good": "user: 1001:1001"
  },
  "MCPS-904": {
    "danger": "A setuid program gives privileges back.",
    "fields": "noNewPrivileges",
    "allowed": "true.",
    "source": "CIS Docker 5.26.",
    "config": [],
    "bad": "noNewPrivileges: false",
    "good": "noNewPrivileges: true"
  },
  "MCPS-905": {
    "danger": "Without the filter the whole kernel interface is open; under another profile nobody reviewed what is.",
    "fields": "seccomp",
    "allowed": "what policy seccomp.allow lists: \"RuntimeDefault\", which is the operator's own profile byte for byte, or \"EngineDefault\"; none at all for a privileged container that policy privileged.allow grants, since old engines apply none there.",
    "source": "CIS Docker 5.22, security.md 4.2 SecurityOpt, G14, moby issue 47499.",
    "config": [
      "privileged.allow",
      "seccomp.allow"
    ],
    "bad": "seccomp: Unconfined",
    "good": "seccomp: RuntimeDefault"
  },
  "MCPS-906": {
    "danger": "An unconfined container, or one under a profile that nobody reviewed.",
    "fields": "appArmor",
    "allowed": "\"RuntimeDefault\", the engine's own, which on a kernel without AppArmor means none (shown in status); \"mcpsession-default\", the operator's own; none at all where policy appArmor.mode is off, and for a privileged container that policy privileged.allow grants, since the engine switches it off there.",
    "source": "CIS Docker 5.2, requirements.md S3.T5.01, moby saveAppArmorConfig.",
    "config": [
      "appArmor.mode",
      "privileged.allow"
    ],
    "bad": "appArmor: Unconfined",
    "good": "appArmor: RuntimeDefault"
  },
  "MCPS-907": {
    "danger": "label=disable, systempaths=unconfined and whatever newer engines add.",
    "fields": "otherSecurityOptions",
    "allowed": "none.",
    "source": "CIS Docker 5.3, requirements.md S0.C2.07.",
    "config": [],
    "bad": "otherSecurityOptions: [label=disable]",
    "good": "otherSecurityOptions: []"
  },
  "MCPS-908": {
    "danger": "A writable root is disk without a limit.",
    "fields": "readOnlyRootFilesystem",
    "allowed": "true.",
    "source": "CIS Docker 5.13.",
    "config": [],
    "bad": "readOnlyRootFilesystem: false",
    "good": "readOnlyRootFilesystem: true"
  },
  "MCPS-909": {
    "danger": "An empty list unmasks everything, /proc/sysrq-trigger and /sys/firmware included.",
    "fields": "maskedPaths, readonlyPaths",
    "allowed": "at least the lists of default-paths.ts.",
    "source": "security.md 4.2 MaskedPaths (measured), CVE-2025-31133, CVE-2025-52565.",
    "config": [],
    "bad": "maskedPaths: []",
    "good": "maskedPaths: [/proc/acpi, /proc/asound, /proc/interrupts, /proc/kcore, /proc/keys, /proc/latency_stats, /proc/sched_debug, /proc/scsi, /proc/timer_list, /proc/timer_stats, /sys/devices/virtual/powercap, /sys/firmware]"
  },
  "MCPS-910": {
    "danger": "Every namespace shared with the node, or with another container; a foreign cgroup parent lifts every limit.",
    "fields": "networkMode, dns, pidMode, ipcMode, utsMode, usernsMode, cgroupnsMode, cgroupParent",
    "allowed": "the private form alone (network \"none\", or the session's own with the session's own loopback for names), \"host\" where policy hostNamespaces.allow says so.",
    "source": "CIS Docker 5.10, 5.16, 5.17, 5.21, 5.25, 5.31.",
    "config": [
      "hostNamespaces.allow"
    ],
    "bad": "pidMode: host",
    "good": "pidMode: \"\""
  },
  "MCPS-911": {
    "danger": "0 means unlimited; a huge weight starves others.",
    "fields": "nanoCpus, cpuShares",
    "allowed": "above 0 up to policy limits.maxCpu; a weight of at most 1024.",
    "source": "CIS Docker 5.12, security.md 4.2 NanoCpus, CpuShares.",
    "config": [
      "limits.maxCpu"
    ],
    "bad": "nanoCpus: 0",
    "good": "nanoCpus: 1000000000"
  },
  "MCPS-912": {
    "danger": "0 means unlimited, -1 as swap too; a container that cannot be OOM-killed kills others instead; shared memory is memory.",
    "fields": "memoryBytes, memorySwapBytes, oomKillDisabled, oomScoreAdj, shmBytes",
    "allowed": "above 0 up to policy limits.maxMemory, swap equal to it, OOM kill on, score 0 to 1000, at most 64 MiB of /dev/shm.",
    "source": "CIS Docker 5.11, security.md 4.2.",
    "config": [
      "limits.maxMemory"
    ],
    "bad": "memorySwapBytes: -1",
    "good": "memorySwapBytes: 536870912"
  },
  "MCPS-913": {
    "danger": "Null, 0 and -1 all mean unlimited.",
    "fields": "pidsLimit",
    "allowed": "1 to policy limits.maxPids.",
    "source": "CIS Docker 5.29, security.md 4.2 PidsLimit (measured).",
    "config": [
      "limits.maxPids"
    ],
    "bad": "pidsLimit: 0",
    "good": "pidsLimit: 50"
  },
  "MCPS-914": {
    "danger": "An unlimited core writes through the core handler of the node; nproc counts the processes of all sessions.",
    "fields": "ulimits",
    "allowed": "exactly core 0, cpu and nofile within policy limits.maxCpuTimeSeconds and limits.maxOpenFiles, each once, soft not above hard; the processor time that the session init shares is at least its own need, since it limits each command itself.",
    "source": "CIS Docker 5.19, security.md 4.2 Ulimits.",
    "config": [
      "limits.maxCpuTimeSeconds",
      "limits.maxOpenFiles"
    ],
    "bad": "ulimits: [{name: core, soft: -1, hard: -1}]",
    "good": "ulimits: [{name: core, soft: 0, hard: 0}, {name: cpu, soft: 60, hard: 60}, {name: nofile, soft: 1024, hard: 1024}]"
  },
  "MCPS-916": {
    "danger": "No size is half of the memory of the node; suid, dev and exec are effective when asked for.",
    "fields": "tmpfs",
    "allowed": "a size above 0 up to policy limits.maxTmpfs, nosuid, nodev, noexec (/workspace may be exec), mode, uid, gid; each path once and outside the reserved places.",
    "source": "security.md 4.2 Tmpfs (measured), CIS Docker 5.13.",
    "config": [
      "limits.maxTmpfs"
    ],
    "bad": "tmpfs: [{path: /tmp, sizeBytes: 0, options: []}]",
    "good": "tmpfs: [{path: /tmp, sizeBytes: 104857600, options: [mode=1777, nodev, noexec, nosuid]}]"
  },
  "MCPS-917": {
    "danger": "Whatever the session asked for, this is what was really mounted: a followed link, a volume of the image, a driver bind.",
    "fields": "mounts",
    "allowed": "bind, read-only, rprivate, not recursive (what is mounted below stays writable), from a source that passes the host path judgement and policy mounts, to a target outside the reserved places, once; the read-only volume of the session init at its place (session-init.ts); and the session's own volume at /workspace.",
    "source": "CIS Docker 5.6, 5.20, 5.32; security.md 4.3; K-30.",
    "config": [
      "mounts.allowedRoots",
      "mounts.hostPath"
    ],
    "bad": "mounts: [{type: bind, target: /data, readOnly: true, propagation: rprivate, recursive: false, source: /etc}]",
    "good": "mounts: [{type: bind, target: /data, readOnly: true, propagation: rprivate, recursive: false, source: /srv/data}]"
  },
  "MCPS-918": {
    "danger": "A device of the node is the node.",
    "fields": "devices (\"<path on the node>:<path in the container>[:<permissions>]\")",
    "allowed": "what policy devices.allow lists by exact path below /dev.",
    "source": "CIS Docker 5.18.",
    "config": [
      "devices.allow"
    ],
    "bad": "devices: [/dev/sda:/dev/sda:rwm]",
    "good": "devices: []"
  },
  "MCPS-919": {
    "danger": "A kernel setting that is not kept in a namespace changes the node.",
    "fields": "sysctls",
    "allowed": "names in policy sysctls.allow, in either spelling, with plain values.",
    "source": "PSS baseline \"Sysctls\", security.md 4.2 Sysctls.",
    "config": [
      "sysctls.allow"
    ],
    "bad": "sysctls: {kernel.core_pattern: core}",
    "good": "sysctls: {net.ipv4.tcp_syncookies: \"1\"}"
  },
  "MCPS-920": {
    "danger": "Group 0 or the docker group turns any mount into root on the node.",
    "fields": "groups",
    "allowed": "none.",
    "source": "security.md 4.2 GroupAdd (measured).",
    "config": [],
    "bad": "groups: [docker]",
    "good": "groups: []"
  },
  "MCPS-921": {
    "danger": "The engine publishes on every address when the address is left out.",
    "fields": "ports, publishAllPorts",
    "allowed": "one literal address, host port 0 or 1024 and above, TCP, and only with a network.",
    "source": "CIS Docker 5.8, 5.14.",
    "config": [],
    "bad": "ports: [{containerPort: 8080, protocol: tcp, hostPort: 8080, hostIp: \"\"}]",
    "good": "ports: []"
  },
  "MCPS-922": {
    "danger": "An engine takes any installed runtime or shim by name.",
    "fields": "runtime",
    "allowed": "what policy runtimes.allow lists.",
    "source": "security.md 4.2 Runtime.",
    "config": [
      "runtimes.allow"
    ],
    "bad": "runtime: io.containerd.runtime.v1.linux",
    "good": "runtime: runc"
  },
  "MCPS-923": {
    "danger": "The default log is an unbounded file; syslog, fluentd and others write to sockets of the node (SSRF by the daemon).",
    "fields": "logDriver, logOptions",
    "allowed": "none; json-file or local with max-size up to 100m and max-file up to 10, nothing else.",
    "source": "security.md 4.2 LogConfig (measured).",
    "config": [],
    "bad": "logDriver: syslog, logOptions: {syslog-address: tcp://192.0.2.1:514}",
    "good": "logDriver: none, logOptions: {}"
  },
  "MCPS-924": {
    "danger": "A container that the engine restarts comes back after a deletion; one that it removes takes the evidence along.",
    "fields": "restartPolicy, autoRemove",
    "allowed": "\"no\" or \"\", and false.",
    "source": "CIS Docker 5.15, security.md 4.2.",
    "config": [],
    "bad": "restartPolicy: always",
    "good": "restartPolicy: no"
  },
  "MCPS-925": {
    "danger": "An empty entrypoint runs the image's own, a health check runs its commands, a stop signal such as SIGCONT never stops, a terminal merges output streams.",
    "fields": "entrypoint, healthcheck, stopSignal, tty",
    "allowed": "a named program, no health check (design.md 8.18), a signal that ends processes, no terminal.",
    "source": "security.md 4.4.",
    "config": [],
    "bad": "entrypoint: []",
    "good": "entrypoint: [sleep]"
  },
  "MCPS-926": {
    "danger": "/proc/self/fd/8 as the working directory reaches the file system of the node.",
    "fields": "workingDir",
    "allowed": "absolute, plainly written, not below /proc, /sys or /dev.",
    "source": "CVE-2024-21626, security.md 4.4 WorkingDir.",
    "config": [],
    "bad": "workingDir: /proc/self/fd/8",
    "good": "workingDir: /workspace"
  },
  "MCPS-927": {
    "danger": "Variables that hijack programs may come from the image as well as from the session.",
    "fields": "env",
    "allowed": "names outside the list or with an empty value, each once; a PATH of absolute entries; no NUL. Values are never shown.",
    "source": "requirements.md S0.H1.09 and section 10, CVE-2025-23266.",
    "config": [],
    "bad": "env: [{name: LD_PRELOAD, value: /workspace/evil.so}]",
    "good": "env: [{name: PATH, value: /usr/local/bin:/usr/bin:/bin}]"
  },
  "MCPS-928": {
    "danger": "A container without its labels is adopted by the wrong session, or by none.",
    "fields": "containerName, identity, imageId",
    "allowed": "the name of the UID, every label set, an image by id.",
    "source": "security.md 0.4 and I-invariants, design.md 4.",
    "config": [],
    "bad": "containerName: web",
    "good": "what the operator builds"
  },
  "MCPS-929": {
    "danger": "A setting that the model does not know was set by somebody else.",
    "fields": "unmodelled",
    "allowed": "none.",
    "source": "design.md 4 \"Build, never filter\"; security.md 4.2 (every field of the engine has a verdict).",
    "config": [],
    "bad": "unmodelled: [HostConfig.VolumesFrom]",
    "good": "unmodelled: []"
  },
  "MCPS-930": {
    "danger": "A PID 1 that calls itself ours and is not would be believed about files and output; an open standard input without it waits for ever; a log of its frames would put the output of commands on the node's disk.",
    "fields": "entrypoint, command, openStdin, mounts, logDriver, init",
    "allowed": "our program, from its own volume, with all that belongs to it; or nothing of it.",
    "source": "design.md 9, security.md 4.2 Init and LogConfig, 4.4 OpenStdin.",
    "config": [],
    "bad": "openStdin: true",
    "good": "openStdin: false"
  }
};
