//! seal: runs a command, passes its output on byte for byte, and says what it was in the container's termination message, which does not
//! travel with the log. It ends only when its output is drained: what a runtime has not copied when process 1 ends may be lost.
const std = @import("std");
const linux = std.os.linux;
const command = @import("command.zig");
const Holders = @import("holders.zig").Holders;
const install = @import("install.zig").install;
const keeper = @import("keeper.zig");
const report = @import("report.zig");
const sys = @import("sys.zig");
const Options = @import("options.zig").Options;
const Output = @import("output.zig").Output;
const sha256 = @import("sha256.zig");
const Seal = @import("seal.zig").Seal;
const Spool = @import("spool.zig").Spool;

/// Nothing may differ for the command but its output: no handler for our own faults, no other limits (see the stack in `build.zig`).
pub const std_options: std.Options = .{ .enable_segfault_handler = false, .signal_stack_size = null };

/// Traps, without the megabyte that would draw a stack trace.
pub const panic = std.debug.no_panic;

/// Outside of the stack and never more.
var buffer: [64 * 1024]u8 = undefined;

pub fn main(init: std.process.Init.Minimal) u8 {
    const options = Options.parse(init.args.vector) orelse return 2;
    if (options.install) |folder| return install(folder, &buffer);
    if (options.keep) |folder| return keeper.keep(folder, options);
    const hash: sha256.Sha256 = .init(sha256.processorHasSha256());
    var output: Output = .init(hash, options.streams, options.returns == 2);
    if (options.folder) |folder| if (options.spool > 0) {
        output.spool = .create(folder, options.spool, hash);
    };
    var ins: [2]linux.fd_t = @splat(-1);
    var outs: [2]linux.fd_t = undefined;
    for (0..options.streams) |i| ins[i], outs[i] = sys.pipe(.{ .CLOEXEC = true }) orelse return 2;
    const begun_at = sys.realtime();
    command.grace_ns = options.grace_ns;
    command.limit_ns = options.limit_ns;
    const begun = command.start(options.command, init.environ.block.slice.ptr, outs[0], outs[options.streams - 1]);
    for (outs[0..options.streams]) |out| _ = linux.close(out);
    if (begun == .failed) return fail(options, &output, begun.failed);
    var holders: Holders = .{};
    const late = copy(&ins, &output, options.late_ns, &holders);
    const end = command.wait();
    if (options.folder) |folder| if (options.report) |path| report.keep(path, folder, begun_at, &buffer);
    output.drain(options.max_linger_ns);
    var seal: Seal = .{
        .output = &output,
        .exit_code = if (linux.W.IFEXITED(end.status)) linux.W.EXITSTATUS(end.status) else null,
        .signal = if (linux.W.IFEXITED(end.status)) null else linux.W.TERMSIG(end.status),
        .ended_at = end.realtime,
        .drain_ns = sys.monotonic() - end.monotonic,
        .timed_out = command.timed_out,
        .late_writers = if (late) &holders else null,
    };
    // Told twice: whoever ends us while we linger has not ended the command, and its seal is as good.
    seal.write(options.message);
    seal.linger_ns = @min(output.linger(options.linger), options.max_linger_ns);
    sys.sleep(seal.linger_ns.?);
    seal.write(options.message);
    return seal.exit_code orelse 128 +% @as(u8, @intCast(@backingInt(seal.signal.?)));
}

/// Until all that hold the pipes have closed them. What still holds one `late_ns` after the end of the command is ended with it, as it would be
/// if the command were process 1: true then. Of that only what is in the pipes by then still counts.
fn copy(ins: *[2]linux.fd_t, output: *Output, late_ns: u64, holders: *Holders) bool {
    var rest: [2]usize = @splat(std.math.maxInt(usize));
    var late = false;
    while (ins[0] >= 0 or ins[1] >= 0) {
        const left = if (late) 0 else if (command.ended()) |end| (end.monotonic + late_ns) -| sys.monotonic() else null;
        const ready = command.poll(ins.*, if (output.offer()) |ns| @min(ns, left orelse ns) else left);
        if (!late and left == 0 and isHeld(ins.*, ready)) {
            late = true;
            holders.find(ins.*);
            if (linux.getpid() == 1) _ = linux.kill(-1, .KILL);
            for (ins, &rest) |in, *unread| unread.* = sys.unread(in);
            continue;
        }
        for (ins, &rest, ready, 0..) |*in, *most, is_ready, i| if (in.* >= 0 and (is_ready != 0 or most.* == 0)) {
            const count = sys.read(in.*, buffer[0..@min(most.*, buffer.len)]);
            most.* -= count;
            if (count > 0 and output.pass(i, buffer[0..count])) continue;
            // Closed also when nobody reads any more, so that the command learns it as it would without us.
            _ = linux.close(in.*);
            in.* = -1;
        };
    }
    return late;
}

fn isHeld(ins: [2]linux.fd_t, ready: command.Ready) bool {
    for (ins, ready) |in, events| if (in >= 0 and events & linux.POLL.HUP == 0) return true;
    return false;
}

/// The command could not be started: said in the log, which is sealed as well, and in the message.
fn fail(options: Options, output: *Output, errno: sys.E) u8 {
    var text: [512]u8 = undefined;
    const name = std.mem.span(options.command[0].?);
    const shown = name[0..@min(name.len, 256)];
    const message = std.mem.print(&text, "seal: cannot start {s}: {s}\n", .{ shown, describe(errno) }) catch unreachable;
    const last = output.count - 1;
    output.streams[last].fd = linux.STDERR_FILENO;
    _ = output.pass(last, message);
    const code: u8 = if (errno == .NOENT or errno == .NOTDIR) 127 else 126;
    const seal: Seal = .{ .output = output, .exit_code = code, .ended_at = sys.realtime(), .start_error = message["seal: ".len .. message.len - 1] };
    seal.write(options.message);
    return code;
}

fn describe(errno: sys.E) []const u8 {
    return switch (errno) {
        .NOENT => "no such file or directory (or its interpreter is missing)",
        .ACCES => "permission denied",
        .NOEXEC => "exec format error (built for another processor, or a script without #!)",
        .NOTDIR => "not a directory",
        .ISDIR => "is a directory",
        .@"2BIG" => "arguments and environment are too long",
        .NOMEM => "not enough memory",
        .AGAIN => "too many processes",
        else => @tagName(errno),
    };
}
