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

/// A pipe that no program inherits: read end, write end.
pub fn pipe(flags: linux.O) ?[2]linux.fd_t {
    var ends: [2]linux.fd_t = undefined;
    return if (value(linux.pipe2(&ends, flags)) == .ok) ends else null;
}

/// Bytes in a pipe that nobody has read yet, by either of its ends; 0 for what is no pipe: of a file FIONREAD tells what lies behind its
/// position, of a terminal what was typed.
pub fn unread(fd: linux.fd_t) usize {
    var count: i32 = 0;
    if (value(linux.fcntl(fd, linux.F.GETPIPE_SZ, 0)) == .failed) return 0;
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
    var fds = [_]linux.pollfd{.{ .fd = fd, .events = linux.POLL.OUT }};
    _ = linux.poll(&fds, 1, -1);
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
