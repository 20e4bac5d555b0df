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
