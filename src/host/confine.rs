//! Keeps the program to what it needs: its own files, the readers' service, the terminal. What the kernel refuses from then
//! on, no fault in the program and no input can make it do.
//!
//! Landlock decides which files can be opened, and forbids TCP. A filter of system calls (seccomp) forbids what the
//! program never does: starting programs, sockets other than local ones, looking into other processes, mounting. It lists
//! what is forbidden, not what is allowed: the C library and pcscd's library use different calls on every system, and a
//! ceremony must not end because of an update.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr as _, RulesetCreated,
    RulesetCreatedAttr as _, RulesetError, Scope,
};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

/// Below these, Linux mounts what people insert. The media of a ceremony are inserted when their turn comes, under names
/// that nobody knows before.
pub const MEDIA: [&str; 3] = ["/media", "/mnt", "/run/media"];

/// What is only read: libraries (pcscd's is loaded when the first reader is looked for) and their list, the time zone, and
/// what the kernel says about this machine.
const READ: [&str; 13] = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib32",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/proc",
    "/sys/class/net",
];
/// Where the interfaces of `/sys/class/net` really are.
const DEVICES: &str = "/sys/devices";
/// pcscd's socket, and the files beside it with which its library sees that it was started again.
const READER_SERVICE: &str = "/run/pcscd";
/// The terminal, and the kernel's generator of random numbers.
const DEVICE_FILES: [&str; 4] = ["/dev/tty", "/dev/null", "/dev/urandom", "/dev/random"];

/// What the program may reach besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Folders in which it makes files and changes them.
    pub written: Vec<PathBuf>,
    /// Files and folders that it reads.
    pub read: Vec<PathBuf>,
}

/// The folders that a confined process made for itself. Those in which nothing was begun are removed again.
#[derive(Debug)]
#[must_use = "what is empty in the end is removed when it is dropped"]
pub struct Made(Vec<PathBuf>);

impl Drop for Made {
    fn drop(&mut self) {
        for folder in &self.0 {
            // One that holds something stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Confines the process. Call it before the first thread: threads that run already would stay as they are. What the
/// kernel cannot do is left out; [`super::examine`] finds it.
pub fn confine(reach: &Reach) -> Made {
    // A rule needs a folder to be there. If it cannot be made, whoever writes into it says so. Not what is above it: where a
    // disk is not mounted, the records must not end up on another one.
    let made = |folder: &&PathBuf| DirBuilder::new().mode(0o700).create(folder).is_ok();
    let made = Made(reach.written.iter().filter(made).cloned().collect());
    let _ = restrict_files(reach, &made);
    if let Ok(filter) = forbidden_calls() {
        let _ = seccompiler::apply_filter_all_threads(&filter);
    }
    made
}

/// Of the kernel's versions, the newest that this program knows.
const NEWEST: ABI = ABI::V6;

fn restrict_files(reach: &Reach, made: &Made) -> Result<(), RulesetError> {
    let listed = AccessFs::ReadFile | AccessFs::ReadDir;
    let kept = listed
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::Refer;
    let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for path in
        READ.iter().chain([&DEVICES, &READER_SERVICE]).map(Path::new).chain(reach.read.iter().map(PathBuf::as_path))
    {
        rules = allow(rules, path, listed)?;
    }
    for path in MEDIA.iter().map(Path::new).chain(reach.written.iter().map(PathBuf::as_path)) {
        rules = allow(rules, path, kept)?;
    }
    // Only to remove it again: the folder above it is none of the program's.
    for above in made.0.iter().filter_map(|folder| folder.canonicalize().ok()?.parent().map(Path::to_owned)) {
        rules = allow(rules, &above, AccessFs::RemoveDir.into())?;
    }
    for path in DEVICE_FILES {
        rules = allow(rules, Path::new(path), device)?;
    }
    rules.restrict_self().map(|_| ())
}

/// Allows access to a path and to everything below it; nothing, if it is not there.
fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated, RulesetError> {
    let Ok(opened) = PathFd::new(path) else { return Ok(rules) };
    // a file has fewer rights than a folder; more of them would be an error
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(NEWEST) };
    rules.add_rule(PathBeneath::new(opened, access))
}

/// The second argument of ioctl that types into a terminal, and the one for the Linux console's own functions.
const INTO_TERMINALS: [u64; 2] = [libc::TIOCSTI, libc::TIOCLINUX];

/// Calls that are never made. io_uring is among them because a filter does not see what is asked of it.
const NEVER: [libc::c_long; 33] = [
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_by_handle_at,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_acct,
];

fn forbidden_calls() -> Result<BpfProgram, BackendError> {
    let local = u64::from(AddressFamily::UNIX.as_raw());
    let other = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, local)?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = NEVER.into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(vec![other])?]);
    let typed = |what| {
        let asked = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, what)?;
        SeccompRule::new(vec![asked])
    };
    rules.insert(libc::SYS_ioctl, INTO_TERMINALS.into_iter().map(typed).collect::<Result<_, _>>()?);
    let refused = SeccompAction::Errno(Errno::PERM.raw_os_error().unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, refused, std::env::consts::ARCH.try_into()?)?.try_into()
}

/// Whether files that are none of the program's can be reached.
pub(super) fn files_are_open() -> bool {
    std::fs::read_dir("/").is_ok()
}

/// Whether a network socket can be opened: the filter of system calls is not in force.
pub(super) fn calls_are_open() -> bool {
    match rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None) {
        Ok(_) => true,
        Err(error) => error != Errno::PERM,
    }
}
