//! seal: runs a command, passes its output on byte for byte, and says what it was in the container's termination message, which does not
//! travel with the log. It ends only when its output is drained: what a runtime has not copied when process 1 ends may be lost.
const std = @import("std");
const linux = std.os.linux;
const command = @import("command.zig");
const Holders = @import("holders.zig").Holders;
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
    if (options.keep) |folder| return keeper.keep(folder, options);
    const out = sys.pipe(.{ .CLOEXEC = true }) orelse return 2;
    const hash: sha256.Sha256 = .init(sha256.processorHasSha256());
    var output: Output = .{ .hash = hash };
    if (options.folder) |folder| if (options.spool > 0) {
        output.spool = .create(folder, options.spool, hash);
    };
    const begun_at = sys.realtime();
    const begun = command.start(options.command, init.environ.block.slice.ptr, out[1]);
    _ = linux.close(out[1]);
    if (begun == .failed) return fail(options, &output, begun.failed);
    var holders: Holders = .{};
    const late = copy(out[0], &output, options.late_ns, &holders);
    const end = command.wait();
    if (options.folder) |folder| if (options.report) |path| report.keep(path, folder, begun_at, &buffer);
    output.drain(options.max_linger_ns);
    var seal: Seal = .{
        .output = &output,
        .exit_code = if (linux.W.IFEXITED(end.status)) linux.W.EXITSTATUS(end.status) else null,
        .signal = if (linux.W.IFEXITED(end.status)) null else linux.W.TERMSIG(end.status),
        .ended_at = end.realtime,
        .drain_ns = sys.monotonic() - end.monotonic,
        .late_writers = if (late) &holders else null,
    };
    // Told twice: whoever ends us while we linger has not ended the command, and its seal is as good.
    seal.write(options.message);
    seal.linger_ns = @min(output.linger(options.linger), options.max_linger_ns);
    sys.sleep(seal.linger_ns.?);
    seal.write(options.message);
    return seal.exit_code orelse 128 +% @as(u8, @intCast(@backingInt(seal.signal.?)));
}

/// Until all that hold the pipe have closed it. What still holds it `late_ns` after the end of the command is ended with it, as it would be
/// if the command were process 1: true then. Of that only what is in the pipe by then still counts.
fn copy(in: linux.fd_t, output: *Output, late_ns: u64, holders: *Holders) bool {
    var rest: usize = std.math.maxInt(usize);
    var late = false;
    while (rest > 0) {
        const left = if (command.ended()) |end| (end.monotonic + late_ns) -| sys.monotonic() else null;
        const ready = command.poll(in, if (late) 0 else left);
        if (!late and left == 0 and ready & linux.POLL.HUP == 0) {
            late = true;
            holders.find(in);
            if (linux.getpid() == 1) _ = linux.kill(-1, .KILL);
            rest = sys.unread(in);
        } else if (ready != 0) {
            const count = sys.read(in, buffer[0..@min(rest, buffer.len)]);
            if (count == 0) break;
            rest -= count;
            // Closed, so that the command learns that nobody reads, as it would without us.
            if (!output.pass(linux.STDOUT_FILENO, buffer[0..count])) break;
        }
    }
    _ = linux.close(in);
    return late;
}

/// The command could not be started: said in the log, which is sealed as well, and in the message.
fn fail(options: Options, output: *Output, errno: sys.E) u8 {
    var text: [512]u8 = undefined;
    const name = std.mem.span(options.command[0].?);
    const shown = name[0..@min(name.len, 256)];
    const message = std.mem.print(&text, "seal: cannot start {s}: {s}\n", .{ shown, describe(errno) }) catch unreachable;
    _ = output.pass(linux.STDERR_FILENO, message);
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
