//! The command as a child: started, sent on the signals that we get, and its end noted. Orphans that fall to us are reaped.
const std = @import("std");
const linux = std.os.linux;
const SIG = linux.SIG;
const sys = @import("sys.zig");

pub const End = struct { status: u32, realtime: u64, monotonic: u64 };

/// From the first signal that asks for an end to the KILL of all that still runs; null when that is left to whoever asked. Their KILL would be
/// ours too, and there would be no seal.
pub var grace_ns: ?u64 = null;

/// How long the command may run; null when nobody limits it.
pub var limit_ns: ?u64 = null;
/// Whether it was asked to end because it still ran then, and nobody had asked before.
pub var timed_out = false;

/// Written by the signal handlers, of which only one runs at a time.
var child: linux.pid_t = 0;
var end: ?End = null;
var asked_at: ?u64 = null;
var started_at: u64 = undefined;
var event: [2]linux.fd_t = undefined;
var killed = false;

pub const Start = union(enum) { started, failed: sys.E };

/// Starts `argv` with stdout on `out` and stderr on `err`, which may be the same. From then on signals are passed on to it.
pub fn start(argv: [*:null]const ?[*:0]const u8, envp: [*:null]const ?[*:0]const u8, out: linux.fd_t, err: linux.fd_t) Start {
    event = sys.pipe(.{ .CLOEXEC = true, .NONBLOCK = true }) orelse return .{ .failed = .MFILE };
    const report = sys.pipe(.{ .CLOEXEC = true }) orelse return .{ .failed = .MFILE };
    var before: linux.sigset_t = undefined;
    const all = linux.sigfillset();
    _ = linux.sigprocmask(SIG.BLOCK, &all, &before);
    const forked = sys.value(linux.fork());
    if (forked == .failed) return .{ .failed = forked.failed };
    if (forked.ok == 0) {
        _ = linux.sigprocmask(SIG.SETMASK, &before, null);
        _ = linux.dup2(out, linux.STDOUT_FILENO);
        _ = linux.dup2(err, linux.STDERR_FILENO);
        const errno: u32 = @backingInt(execute(argv, envp));
        _ = linux.write(report[1], @ptrCast(&errno), @sizeOf(u32));
        linux.exit_group(127);
    }
    child = @intCast(forked.ok);
    started_at = sys.monotonic();
    handleSignals();
    _ = linux.sigprocmask(SIG.SETMASK, &before, null);
    _ = linux.close(report[1]);
    var errno: u32 = 0;
    // Nothing comes when the program has taken over: the pipe closes by itself.
    while (sys.value(linux.read(report[0], @ptrCast(&errno), @sizeOf(u32))) == .failed) {}
    _ = linux.close(report[0]);
    return if (errno == 0) .started else .{ .failed = @fromBackingInt(@intCast(errno)) };
}

/// What poll(2) says of each; nothing of what is closed (-1).
pub const Ready = [2]i16;

/// Waits until there is something to read, the command ends, or the time is over; null waits for ever.
pub fn poll(ins: [2]linux.fd_t, max_ns: ?u64) Ready {
    const next_ns = graceLeft() orelse limitLeft();
    const wait_ns = if (next_ns) |ns| @min(ns, max_ns orelse ns) else max_ns;
    // Rounded up: with the time over, the next round must find none left.
    const timeout: i32 = if (wait_ns) |ns| @intCast((ns + std.time.ns_per_ms - 1) / std.time.ns_per_ms) else -1;
    var fds: [3]linux.pollfd = undefined;
    for (&fds, [_]linux.fd_t{ ins[0], ins[1], event[0] }) |*one, fd| one.* = .{ .fd = fd, .events = linux.POLL.IN, .revents = 0 };
    const polled = sys.value(linux.poll(&fds, fds.len, timeout));
    if (graceLeft() == 0) kill();
    if (limitLeft() == 0) endAtLimit();
    if (polled == .failed) return .{ 0, 0 };
    var told: [16]u8 = undefined;
    if (fds[2].revents != 0) _ = sys.read(event[0], &told);
    return .{ fds[0].revents, fds[1].revents };
}

/// Null when nobody has asked for an end, or the command has come to it.
fn graceLeft() ?u64 {
    const at = @as(*volatile ?u64, &asked_at).* orelse return null;
    const grace = grace_ns orelse return null;
    return if (killed or ended() != null) null else (at + grace) -| sys.monotonic();
}

/// Null when there is no limit, somebody has asked for an end, or the command has come to it.
fn limitLeft() ?u64 {
    const limit = limit_ns orelse return null;
    return if (isAsked() or ended() != null) null else (started_at +| limit) -| sys.monotonic();
}

fn isAsked() bool {
    return @as(*volatile ?u64, &asked_at).* != null;
}

fn endAtLimit() void {
    timed_out = true;
    asked_at = sys.monotonic();
    _ = linux.kill(child, .TERM);
}

fn kill() void {
    killed = true;
    // As the KILL of process 1 does. Without that what is not our child is not ours to kill.
    _ = linux.kill(if (linux.getpid() == 1) -1 else child, .KILL);
}

pub fn wait() End {
    while (ended() == null) _ = poll(.{ -1, -1 }, null);
    return ended().?;
}

/// How the command ended; null while it runs.
pub fn ended() ?End {
    return if (@as(*volatile ?End, &end).* == null) null else end;
}

/// The search of `execvp`: a name with a slash as it is, any other in the folders of PATH. The most telling failure counts.
fn execute(argv: [*:null]const ?[*:0]const u8, envp: [*:null]const ?[*:0]const u8) sys.E {
    const name = std.mem.span(argv[0].?);
    if (std.mem.indexOfScalar(u8, name, '/') != null) return linux.errno(linux.execve(argv[0].?, argv, envp));
    var result: sys.E = .NOENT;
    var folders = std.mem.splitScalar(u8, path(envp), ':');
    while (folders.next()) |folder| {
        var buffer: [4096]u8 = undefined;
        const file = std.mem.printSentinel(&buffer, "{s}/{s}", .{ if (folder.len == 0) "." else folder, name }, 0) catch continue;
        const errno = linux.errno(linux.execve(file, argv, envp));
        if (errno != .NOENT and errno != .NOTDIR) result = errno;
    }
    return result;
}

fn path(envp: [*:null]const ?[*:0]const u8) []const u8 {
    for (std.mem.span(envp)) |variable| {
        const text = std.mem.span(variable.?);
        if (std.mem.startsWith(u8, text, "PATH=")) return text["PATH=".len..];
    }
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/// A signal that was ignored stays so, for the command as well. Those that a fault of our own raises are not the command's.
fn handleSignals() void {
    for (1..32) |number| {
        const signal: SIG = @fromBackingInt(@as(u32, @intCast(number)));
        switch (signal) {
            .KILL, .STOP, .SEGV, .BUS, .FPE, .ILL, .TRAP, .ABRT, .SYS, .PIPE => continue,
            else => {},
        }
        var old: linux.Sigaction = undefined;
        _ = linux.sigaction(signal, null, &old);
        if (signal != .CHLD and old.handler.handler == SIG.IGN) continue;
        const handler: linux.Sigaction.handler_fn = if (signal == .CHLD) &reap else &forward;
        const action: linux.Sigaction = .{ .handler = .{ .handler = handler }, .mask = linux.sigfillset(), .flags = linux.SA.RESTART | linux.SA.NOCLDSTOP };
        _ = linux.sigaction(signal, &action, null);
    }
    // A write that nobody reads is told by its errno.
    const ignored: linux.Sigaction = .{ .handler = .{ .handler = SIG.IGN }, .mask = linux.sigemptyset(), .flags = 0 };
    _ = linux.sigaction(.PIPE, &ignored, null);
    // A process whose parent has ended is ours, also where we are not process 1.
    _ = linux.prctl(@backingInt(linux.PR.SET_CHILD_SUBREAPER), 1, 0, 0, 0);
}

fn forward(signal: SIG) callconv(.c) void {
    // Once reaped, its number may be somebody else's.
    if (end == null) _ = linux.kill(child, signal);
    switch (signal) {
        // What images name as `STOPSIGNAL`.
        .TERM, .INT, .QUIT => {},
        else => return,
    }
    if (asked_at == null) asked_at = sys.monotonic();
    _ = linux.write(event[1], "s", 1);
}

fn reap(_: SIG) callconv(.c) void {
    while (true) {
        var status: i32 = 0;
        const reaped = sys.value(linux.waitpid(-1, &status, linux.W.NOHANG));
        if (reaped == .failed or reaped.ok == 0) return;
        if (reaped.ok != @as(usize, @intCast(child))) continue;
        end = .{ .status = @bitCast(status), .realtime = sys.realtime(), .monotonic = sys.monotonic() };
        _ = linux.write(event[1], "e", 1);
    }
}
