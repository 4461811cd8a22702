// Rows of source document S3, a hardening report of a code executor: id | kind | owner | what it asks, in our words | where it is met, if not here.

export const S3_ROWS = `
S3.T1.01 | default | AGENT, CRD | one CPU
S3.T1.02 | default | AGENT, CTRL | a quarter of a CPU is reserved: weight 256, and sums of cores, memory and slots per node
S3.T1.03 | default | AGENT | 60 seconds of CPU time per process
S3.T1.04 | behaviour | CI | inspect shows these numbers
S3.T2.01 | default | AGENT | /tmp is a tmpfs
S3.T2.02 | default | AGENT | /tmp has mode 1777
S3.T2.03 | limit | AGENT | /tmp holds 100 MiB and no more
S3.T2.04 | default | AGENT | nothing is executed, set-uid or a device in /tmp
S3.T2.05 | default | AGENT, CRD | /tmp belongs to 1001:1001
S3.T2.06 | default | AGENT | /tmp/code-executor exists and is writable | workspace
S3.T2.07 | behaviour | CI | the user can write there
S3.T2.08 | behaviour | CI | the 25 checks of a container pass
S3.T3.01 | behaviour | CI | tests await what they expect | ci
S3.T3.02 | rule | RULES | no allowed roots means nothing is allowed
S3.T3.03 | rule | RULES | paths outside the roots are refused
S3.T3.04 | rule | RULES | paths that cannot be written are refused
S3.T3.05 | rule | RULES | paths below the workspace are accepted for writing
S3.T3.06 | rule | RULES | an empty request is the most restrictive one
S3.T3.07 | rule | RULES | hosts of the egress list have a format
S3.T3.08 | rule | RULES | hosts in another format are refused
S3.T3.09 | behaviour | CI | all tests pass, not most | ci
S3.T4.01 | default | AGENT, CHART | our own seccomp profile refuses at least 47 system calls
S3.T4.02 | default | AGENT | seccomp refuses debugging calls
S3.T4.03 | default | AGENT | seccomp refuses kernel modules and kexec
S3.T4.04 | default | AGENT | seccomp refuses bpf, userfaultfd and reading other processes
S3.T4.05 | default | AGENT | seccomp refuses mounts and namespaces
S3.T4.06 | default | AGENT | seccomp refuses clock, swap, quota and reboot
S3.T4.07 | default | AGENT | seccomp refuses keyrings, handles and fanotify
S3.T4.08 | default | AGENT | seccomp refuses ports, memory policy and old calls
S3.T4.09 | behaviour | AGENT, CI | runtimes still work under it
S3.T4.10 | default | AGENT | the profile goes inline into every container
S3.T5.01 | default | CHART, AGENT | an AppArmor profile by name, required or if available
S3.T5.02 | default | CHART | AppArmor denies 29 capabilities
S3.T5.03 | default | CHART | AppArmor lets system files be read
S3.T5.04 | default | CHART | AppArmor lets /tmp be written
S3.T5.05 | default | CHART | AppArmor denies secrets, boot and kernel memory
S3.T5.06 | default | CHART | AppArmor lets harmless process files be read
S3.T5.07 | default | CHART | AppArmor denies kernel files of /proc and /sys
S3.T5.08 | default | CHART | AppArmor denies ptrace, mounts and profile changes
S3.T5.09 | document | DOCS, CHART | how the profile is installed | docs
S3.T5.10 | behaviour | AGENT | a node without AppArmor says so
S3.T6.01 | rule | RULES | IPv6 is recognised by a parser
S3.T6.02 | rule | RULES | an IPv6 address is taken out of brackets and port
S3.T6.03 | rule | RULES | blocked IPv6 ranges are compared as numbers
S3.T6.04 | rule | RULES | one entry point judges a host
S3.T6.05 | rule | RULES | IPv6 loopback is blocked
S3.T6.06 | rule | RULES | private and link-local IPv6 is blocked, exactly at its bounds
S3.T6.07 | rule | RULES | multicast, unspecified and mapped IPv6 is blocked
S3.T6.08 | rule | RULES | tunnels are blocked
S3.T6.09 | rule | RULES | documentation and reserved IPv6 is blocked
S3.T6.10 | rule | RULES | the metadata address of AWS is blocked
S3.T6.11 | rule | CI | the attack strings are blocked
S3.T6.12 | rule | CI | the eight exact vectors are blocked
S3.T6.13 | rule | RULES | every special-purpose IPv4 range is blocked
S3.T6.14 | rule | RULES | decimal, octal, hexadecimal and short spellings are canonicalised first
S3.T6.15 | behaviour | AGENT | resolved addresses are judged and pinned | egress
S3.IMP.01 | default | AGENT | 512 MiB of memory, and swap equal to it
S3.IMP.02 | default | AGENT | 50 processes by cgroup, never by nproc
S3.IMP.03 | default | AGENT | a read-only root
S3.IMP.04 | rule | RULES | SSRF is judged for both families and tunnels
S3.IMP.05 | behaviour | AGENT | no debugging and no modules from inside
S3.IMP.06 | behaviour | CI | counts of tests | ci
S3.FILES | document | DOCS | which of our files stand for theirs | docs
S3.TEST.01 | behaviour | CI | 25 checks in five groups
S3.TEST.02 | behaviour | CI | every test passes | ci
S3.TEST.03 | behaviour | CI | coverage thresholds | ci
S3.DEP.01 | behaviour | CI | images are versioned, pinned and signed | ci
S3.DEP.02 | document | CHART | loading the AppArmor profile | chart
S3.DEP.03 | document | DOCS | starting it on one machine | docs
S3.DEP.04 | default | AGENT | the eleven run flags are the default of a session
S3.CMP.01 | document | DOCS | a table for OWASP
S3.CMP.02 | document | DOCS, CI | a table of the CIS checks with tests
S3.CMP.03 | document | DOCS | a table for NIST SP 800-190
S3.CMP.04 | document | DOCS | a row for PCI DSS, worded as support
S3.CMP.05 | document | DOCS | rows for SOC 2
S3.NXT.01 | behaviour | AUDIT, CHART | metrics and dashboards | chart
S3.NXT.02 | document | DOCS | documents are updated | docs
S3.NXT.03 | document | DOCS | a review each quarter | docs
S3.NXT.04 | behaviour | DOCS, CI | a scripted escape suite
S3.NXT.05 | behaviour | CI | dependencies are updated | ci
S3.NXT.06 | behaviour | AGENT, POL | SELinux as the alternative | selinux
S3.NXT.07 | rule | CRD, AGENT | gVisor where policy and node have it
S3.NXT.08 | behaviour | AGENT | egress by a proxy with a list | egress
`;
