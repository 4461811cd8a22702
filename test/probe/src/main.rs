//! Looks at its own container from inside and prints one JSON line per check: the 25 checks of requirements.md 9.6 (L, N, U, F, S)
//! and the 40 of security.md 4.8 (P). It tries to do what a session must not be able to do, and undoes what succeeds.

mod calls;
mod files;
mod host;
mod kernel;
mod limits;
mod mounts;
mod network;
mod privileges;
mod report;
mod sys;
mod user;

use report::Verdict;

type Check = (&'static str, &'static str, fn() -> Verdict);

const CHECKS: &[Check] = &[
    ("L1", "processor time is limited to one core", limits::cpu),
    (
        "L2",
        "memory and memory with swap are limited alike, and the limit kills",
        limits::memory,
    ),
    (
        "L3",
        "the number of processes is limited",
        limits::processes,
    ),
    (
        "L4",
        "processor seconds of a process are limited",
        limits::cpu_seconds,
    ),
    ("L5", "open files are limited", limits::open_files),
    ("N1", "there is no route anywhere", network::routes),
    ("N2", "there is no interface but lo", network::interfaces),
    ("N3", "no name server can be reached", network::name_servers),
    (
        "N4",
        "metadata services and outside addresses cannot be reached",
        network::outside,
    ),
    ("U1", "the user is not root", user::not_root),
    ("U2", "no group is root's", user::no_root_group),
    ("U3", "the user is 1001", user::is_1001),
    ("U4", "the group is 1001", user::group_is_1001),
    (
        "U5",
        "a setuid program gains no identity",
        user::setuid_identity,
    ),
    ("F1", "/ cannot be written", files::root),
    ("F2", "/app and /usr cannot be written", files::programs),
    ("F3", "/etc cannot be written", files::etc),
    ("F4", "/tmp can be written and has mode 1777", files::tmp),
    (
        "F5",
        "/tmp/code-executor can be written",
        files::code_executor,
    ),
    (
        "F6",
        "a program in /tmp cannot be executed",
        files::exec_from_tmp,
    ),
    ("S1", "the process has no capability", privileges::effective),
    ("S2", "no new privileges can be gained", privileges::no_new),
    ("S3", "system calls are filtered", privileges::seccomp),
    (
        "S4",
        "mount and unshare are refused",
        calls::mount_and_unshare,
    ),
    ("S5", "ptrace is refused", calls::ptrace),
    ("P01", "user ids", user::not_root),
    ("P02", "group ids", user::no_root_group),
    (
        "P03",
        "effective and permitted capabilities",
        privileges::effective,
    ),
    ("P04", "capability bounding set", privileges::bounding),
    (
        "P05",
        "inheritable and ambient capabilities",
        privileges::inheritable,
    ),
    ("P06", "no_new_privs", privileges::no_new),
    ("P07", "seccomp", privileges::seccomp),
    (
        "P08",
        "root file system is mounted read-only",
        mounts::root_is_read_only,
    ),
    (
        "P09",
        "root file system refuses a write",
        files::root_refuses,
    ),
    ("P10", "pid, ipc and uts namespaces", kernel::namespaces),
    ("P11", "processes of the node", host::processes),
    ("P12", "sockets of container engines", host::engine_sockets),
    (
        "P13",
        "any socket in the file system, and engine ports",
        host::other_sockets,
    ),
    (
        "P14",
        "mounts from the node, by their root",
        mounts::from_the_node,
    ),
    (
        "P15",
        "kernel file systems in odd places",
        mounts::extra_kernel_file_systems,
    ),
    ("P16", "shared propagation", mounts::propagation),
    ("P17", "masked paths", mounts::masked),
    ("P18", "core_pattern", kernel::core_pattern),
    ("P19", "sysrq-trigger", kernel::sysrq),
    ("P20", "kernel settings", kernel::settings),
    ("P21", "firmware", kernel::firmware),
    ("P22", "control groups can be written", kernel::cgroup_write),
    ("P23", "release_agent", kernel::release_agent),
    ("P24", "block devices", host::block_devices),
    ("P25", "odd devices", host::odd_devices),
    ("P26", "mknod", calls::mknod),
    ("P27", "mount", calls::mount),
    ("P28", "unshare", calls::unshare),
    ("P29", "chroot", calls::chroot),
    ("P30", "memory of process 1", host::first_process),
    (
        "P31",
        "capabilities through a setuid program",
        user::setuid_capabilities,
    ),
    (
        "P32",
        "service account tokens and other credentials",
        host::credentials,
    ),
    ("P33", "inherited environment", host::environment),
    ("P34", "network interfaces", network::interfaces),
    (
        "P35",
        "abstract sockets of the node",
        network::abstract_sockets,
    ),
    ("P36", "limit of processes", limits::has_process_limit),
    ("P37", "limit of memory", limits::has_memory_limit),
    ("P38", "options of /tmp", mounts::tmp_options),
    ("P39", "user id map", user::id_map),
    ("P40", "cgroup namespace", kernel::cgroup_namespace),
];

const AS_INIT: &str = "--as-init";
const AS_OPEN_INIT: &str = "--as-open-init";
const FILL: &str = "--fill";
const INHERIT: &str = "--inherit";
pub const DO_NOTHING: &str = "--do-nothing";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if let [option, directory] = arguments.as_slice() {
        if option == FILL {
            println!("{}", files::fill(directory));
            return;
        }
    }
    let known = [
        AS_INIT,
        AS_OPEN_INIT,
        INHERIT,
        DO_NOTHING,
        limits::BRIEF,
        user::SHOW_IDENTITY,
    ];
    let is_known = |argument: &String| {
        known.contains(&argument.as_str()) || argument.starts_with(kernel::NODE_NAMESPACES)
    };
    if !arguments.iter().all(is_known) {
        eprintln!(
            "usage: probe {FILL} DIRECTORY | probe [{AS_INIT} | {AS_OPEN_INIT}] [{INHERIT}] [{}] [{}LINKS]",
            limits::BRIEF,
            kernel::NODE_NAMESPACES
        );
        std::process::exit(2);
    }
    if has(DO_NOTHING) {
        return;
    }
    if has(user::SHOW_IDENTITY) {
        println!("{}", user::identity());
        return;
    }
    if has(INHERIT) {
        privileges::make_inheritable();
    }
    if has(AS_INIT) || has(AS_OPEN_INIT) {
        become_init(has(AS_OPEN_INIT));
    }
    for (id, name, check) in CHECKS {
        println!("{}", report::line(id, name, &check()));
    }
}

/// Where the container has no init: process 1 waits, closed to others as the session init is or open, and a child goes on.
fn become_init(is_open: bool) {
    // SAFETY: this program has one thread.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            return;
        }
        if !is_open {
            libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
        }
        let mut status = 0;
        while libc::waitpid(child, &mut status, 0) != child {}
        libc::_exit(if libc::WIFEXITED(status) {
            libc::WEXITSTATUS(status)
        } else {
            1
        });
    }
}
