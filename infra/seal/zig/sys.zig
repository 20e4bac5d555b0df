//! System calls as the rest needs them: without libc, errno as a value, interrupted calls made again.
const std = @import("std");
const linux = std.os.linux;

pub const E = linux.E;

/// What a system call gave, or why it failed.
pub fn value(rc: usize) union(enum) { ok: usize, failed: E } {
    const errno = linux.errno(rc);
    return if (errno == .SUCCESS) .{ .ok = rc } else .{ .failed = errno };
}

pub fn monotonic() u64 {
    return nanoseconds(.MONOTONIC);
}

pub fn realtime() u64 {
    return nanoseconds(.REALTIME);
}

fn nanoseconds(clock: linux.clockid_t) u64 {
    var time: linux.timespec = undefined;
    _ = linux.clock_gettime(clock, &time);
    return @as(u64, @intCast(time.sec)) * std.time.ns_per_s + @as(u64, @intCast(time.nsec));
}

pub fn sleep(ns: u64) void {
    var left: linux.timespec = .{ .sec = @intCast(ns / std.time.ns_per_s), .nsec = @intCast(ns % std.time.ns_per_s) };
    while (value(linux.nanosleep(&left, &left)) == .failed) {}
}

/// How many processes of the whole node wait for each processor, beyond the one that has it: what /proc/loadavg says to every container.
pub fn queuedPerProcessor() u64 {
    var text: [128]u8 = undefined;
    const fd = value(linux.open("/proc/loadavg", .{ .CLOEXEC = true }, 0));
    if (fd == .failed) return 0;
    defer _ = linux.close(@intCast(fd.ok));
    var fields = std.mem.splitScalar(u8, text[0..read(@intCast(fd.ok), &text)], ' ');
    for (0..3) |_| _ = fields.next();
    const runnable = std.mem.sliceTo(fields.next() orelse return 0, '/');
    return (std.fmt.parseInt(u64, runnable, 10) catch 0) / processors() -| 1;
}

fn processors() u64 {
    var set: linux.cpu_set_t = @splat(0);
    if (value(linux.sched_getaffinity(0, @sizeOf(linux.cpu_set_t), &set)) == .failed) return 1;
    var count: u64 = 0;
    for (set) |word| count += @popCount(word);
    return @max(count, 1);
}

/// A pipe that no program inherits: read end, write end.
pub fn pipe(flags: linux.O) ?[2]linux.fd_t {
    var ends: [2]linux.fd_t = undefined;
    return if (value(linux.pipe2(&ends, flags)) == .ok) ends else null;
}

pub fn isPipe(fd: linux.fd_t) bool {
    return value(linux.fcntl(fd, linux.F.GETPIPE_SZ, 0)) == .ok;
}

/// Bytes in a pipe that nobody has read yet, by either of its ends; 0 for what is no pipe: of a file FIONREAD tells what lies behind its
/// position, of a terminal what was typed.
pub fn unread(fd: linux.fd_t) usize {
    var count: i32 = 0;
    if (!isPipe(fd)) return 0;
    return if (value(linux.ioctl(fd, linux.T.FIONREAD, @intFromPtr(&count))) == .ok) @intCast(count) else 0;
}

/// What there is to read; 0 at the end.
pub fn read(fd: linux.fd_t, buffer: []u8) usize {
    while (true) switch (value(linux.read(fd, buffer.ptr, buffer.len))) {
        .ok => |count| return count,
        .failed => |errno| if (errno != .INTR) return 0,
    };
}

/// Waits until `fd` can be written to.
pub fn waitWritable(fd: linux.fd_t) void {
    _ = pollWritable(fd, -1);
}

/// Whether something can be written to `fd` at once.
pub fn isWritable(fd: linux.fd_t) bool {
    return pollWritable(fd, 0) == 1;
}

fn pollWritable(fd: linux.fd_t, timeout: i32) usize {
    var fds = [_]linux.pollfd{.{ .fd = fd, .events = linux.POLL.OUT }};
    const ready = value(linux.poll(&fds, 1, timeout));
    return if (ready == .ok) ready.ok else 0;
}

/// Writes all of it, or says why not.
pub fn writeAll(fd: linux.fd_t, bytes: []const u8) ?E {
    var rest = bytes;
    while (rest.len > 0) switch (value(linux.write(fd, rest.ptr, rest.len))) {
        .ok => |count| rest = rest[count..],
        .failed => |errno| switch (errno) {
            .INTR => {},
            .AGAIN => waitWritable(fd),
            else => return errno,
        },
    };
    return null;
}

pub const READ: linux.O = .{ .CLOEXEC = true };
/// A new file, or an old one from its start.
pub const WRITE: linux.O = .{ .ACCMODE = .WRONLY, .TRUNC = true, .CREAT = true, .CLOEXEC = true };

/// A file of a folder; null when it can't be opened. Others may read it: the sidecar may be another user.
pub fn openIn(folder: [*:0]const u8, name: []const u8, flags: linux.O) ?linux.fd_t {
    var buffer: [4096]u8 = undefined;
    const path = std.mem.printSentinel(&buffer, "{s}/{s}", .{ folder, name }, 0) catch return null;
    const fd = value(linux.open(path, flags, 0o644));
    return if (fd == .ok) @intCast(fd.ok) else null;
}

/// Writes all of it at a place of a file, or says why not.
pub fn writeAt(fd: linux.fd_t, bytes: []const u8, place: u64) ?E {
    var written: usize = 0;
    while (written < bytes.len) switch (value(linux.pwrite(fd, bytes.ptr + written, bytes.len - written, @intCast(place + written)))) {
        .ok => |count| written += count,
        .failed => |errno| if (errno != .INTR) return errno,
    };
    return null;
}

/// What there is at a place of a file; 0 at its end.
pub fn readAt(fd: linux.fd_t, buffer: []u8, place: u64) usize {
    while (true) switch (value(linux.pread(fd, buffer.ptr, buffer.len, @intCast(place)))) {
        .ok => |count| return count,
        .failed => |errno| if (errno != .INTR) return 0,
    };
}

pub const Stat = struct { mode: u16, inode: u64, size: u64, modified: u64 };

pub fn stat(fd: linux.fd_t) Stat {
    var found = std.mem.zeroes(linux.Statx);
    _ = linux.statx(fd, "", linux.AT.EMPTY_PATH, linux.STATX.BASIC_STATS, &found);
    const seconds: u64 = @intCast(@max(found.mtime.sec, 0));
    return .{ .mode = found.mode, .inode = found.ino, .size = found.size, .modified = seconds * std.time.ns_per_s + found.mtime.nsec };
}
