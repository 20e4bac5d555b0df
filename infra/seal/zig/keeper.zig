//! The sidecar: waits until the main container has ended, and then gives out what its helper left on their common volume, as lines of text
//! in its own log: bytes in base64, each with its offset, so that whatever a reader gets of them has its place. Few and long lines, because
//! each one costs a runtime as much as the next. What the spool is in all goes into the termination message, before anything else.
const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");
const spool = @import("spool.zig");
const Options = @import("options.zig").Options;
const Output = @import("output.zig").Output;
const Seal = @import("seal.zig").Seal;

/// With base64 and offset below the 16 KiB at which runtimes split lines.
const LINE_BYTES = 12_000;
const base64 = std.base64.standard.Encoder;

var bytes: [LINE_BYTES]u8 = undefined;
var line: [16 * 1024]u8 = undefined;

pub fn keep(folder: [*:0]const u8, options: Options) u8 {
    waitUntilTerminated();
    var out: Output = .init(null, 1, false);
    const log = sys.openIn(folder, "log", sys.READ);
    var header: spool.Header = undefined;
    const readable = log != null and sys.readAt(log.?, std.mem.asBytes(&header), 0) == @sizeOf(spool.Header);
    if (options.spool > 0) Seal.writeOfSpool(if (readable) &header else null, options.message);
    if (sendReportSeal(&out, folder)) if (sys.openIn(folder, "report", sys.READ)) |report| {
        send(&out, "report", report, .{ .to = std.math.maxInt(u63) });
    };
    if (readable) send(&out, "log", log.?, .{ .from = header.from(), .to = header.bytes, .begin = spool.RING, .ring = header.ring() });
    _ = out.pass(0, "end\n");
    out.drain(options.max_linger_ns);
    sys.sleep(@min(out.linger(options.linger), options.max_linger_ns));
    return 0;
}

/// Nothing is a reason to end before: a sidecar is asked to only when the main container has ended, or can't be waited for any longer.
fn waitUntilTerminated() void {
    var wanted = linux.sigemptyset();
    linux.sigaddset(&wanted, .TERM);
    linux.sigaddset(&wanted, .INT);
    _ = linux.sigprocmask(linux.SIG.BLOCK, &wanted, null);
    var info: linux.signalfd_siginfo = undefined;
    const fd = sys.value(linux.signalfd(-1, &wanted, 0));
    if (fd == .ok) _ = sys.read(@intCast(fd.ok), std.mem.asBytes(&info));
}

/// What the helper said of the report file, a line. Whether there is one.
fn sendReportSeal(out: *Output, folder: [*:0]const u8) bool {
    const fd = sys.openIn(folder, "report-seal", sys.READ) orelse return false;
    const said = bytes[0..sys.readAt(fd, &bytes, 0)];
    return out.pass(0, "report-seal ") and out.pass(0, said) and std.mem.startsWith(u8, said, "sealed");
}

const Range = struct { from: u64 = 0, to: u64, begin: u64 = 0, ring: u64 = std.math.maxInt(u64) };

fn send(out: *Output, name: []const u8, fd: linux.fd_t, range: Range) void {
    var at = range.from;
    while (at < range.to) {
        const place = at % range.ring;
        const wanted = @min(LINE_BYTES, range.to - at, range.ring - place);
        const count = sys.readAt(fd, bytes[0..wanted], range.begin + place);
        if (count == 0) return;
        const head = std.mem.print(&line, "{s} {d} ", .{ name, at }) catch unreachable;
        const text = base64.encode(line[head.len..], bytes[0..count]);
        line[head.len + text.len] = '\n';
        if (!out.pass(0, line[0 .. head.len + text.len + 1])) return;
        at += count;
    }
}
