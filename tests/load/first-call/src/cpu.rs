//! What the kernel knows of a process.

use std::{fs, time::Duration};

/// CPU time that a process has spent, all its threads together. Source: `schedstat`, in nanoseconds.
pub fn spent(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("Linux, and a process");
    let of_thread = |thread: fs::DirEntry| {
        // A thread may end between the two reads.
        let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
    };
    Duration::from_nanos(threads.flatten().map(of_thread).sum())
}

/// The most memory that a process ever held at once, in KiB. Source: `VmHWM`.
pub fn peak_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
