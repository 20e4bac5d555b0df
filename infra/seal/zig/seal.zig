const std = @import("std");
const linux = std.os.linux;
const Checkpoints = @import("checkpoints.zig").Checkpoints;
const Holders = @import("holders.zig").Holders;
const Output = @import("output.zig").Output;
const records = @import("records.zig");
const spool = @import("spool.zig");
const Stream = @import("stream.zig").Stream;
const sys = @import("sys.zig");
const Tally = @import("tally.zig").Tally;

/// What is said about a command; its JSON is `SealSchema` of the contracts.
pub const Seal = struct {
    output: *const Output,
    exit_code: ?u8 = null,
    signal: ?linux.SIG = null,
    timed_out: bool = false,
    ended_at: u64,
    drain_ns: u64 = 0,
    linger_ns: ?u64 = null,
    /// What still held the pipe at the bound of the wait for it; null when nothing did.
    late_writers: ?*const Holders = null,
    start_error: ?[]const u8 = null,

    pub fn write(seal: *const Seal, path: [*:0]const u8) void {
        var text: [4096]u8 = undefined;
        store(seal.print(&text) catch unreachable, path);
    }

    /// What the spool is in all, by who gives it out; its JSON is `SpoolSchema` of the contracts.
    pub fn writeOfSpool(header: ?*spool.Header, path: [*:0]const u8) void {
        var text: [512]u8 = undefined;
        var out: std.Io.Writer = .fixed(&text);
        printSpool(&out, header) catch unreachable;
        store(out.buffered(), path);
    }

    fn printSpool(out: *std.Io.Writer, found: ?*spool.Header) !void {
        const header = found orelse return out.writeAll("{\"v\":1,\"error\":\"the helper left no spool\"}");
        try out.print("{{\"v\":1,\"from\":{d},\"bytes\":{d},\"lines\":{d}", .{ header.from(), header.bytes, header.lines });
        if (header.errno == 0) return out.print(",\"sha256\":\"{s}\"}}", .{header.hash.final()});
        const errno: sys.E = @fromBackingInt(@intCast(header.errno));
        try out.print(",\"error\":\"{s}\"}}", .{std.enums.tagName(sys.E, errno) orelse "unknown"});
    }

    /// Replaces what is in the file. Without it there is no seal, and the log says why; the command's result stays its own.
    fn store(json: []const u8, path: [*:0]const u8) void {
        var text: [512]u8 = undefined;
        const failure = switch (sys.value(linux.open(path, .{ .ACCMODE = .WRONLY, .TRUNC = true, .CREAT = true, .CLOEXEC = true }, 0o644))) {
            .ok => |fd| sys.writeAll(@intCast(fd), json),
            .failed => |errno| errno,
        };
        if (failure) |errno| {
            const said = std.mem.print(&text, "seal: cannot write {s}: {s}\n", .{ std.mem.span(path), @tagName(errno) }) catch return;
            _ = sys.writeAll(linux.STDERR_FILENO, said);
        }
    }

    pub fn print(seal: *const Seal, text: []u8) ![]const u8 {
        var out: std.Io.Writer = .fixed(text);
        try out.writeAll("{\"v\":1,");
        try printTally(&out, seal.output.all);
        const returns = seal.output.streams[0].doubled_returns + seal.output.streams[1].doubled_returns;
        if (returns > 0) try out.print(",\"returns\":{d}", .{returns});
        if (seal.output.all.checkpoints) |*checkpoints| try printCheckpoints(&out, checkpoints);
        if (seal.output.count == 2) try printStreams(&out, &seal.output.streams);
        if (seal.exit_code) |code| try out.print(",\"exitCode\":{d}", .{code});
        if (seal.signal) |signal| try printSignal(&out, signal);
        if (seal.timed_out) try out.writeAll(",\"timedOut\":true");
        try printMs(&out, "endedAt", seal.ended_at);
        try printMs(&out, "drainMs", seal.drain_ns);
        if (seal.linger_ns) |ns| try printMs(&out, "lingerMs", ns);
        if (seal.late_writers) |holders| try out.print(",\"lateWriters\":true,\"lateWriterNames\":[{s}]", .{holders.json()});
        if (seal.start_error) |message| {
            try out.writeAll(",\"startError\":\"");
            // A program may have any name; JSON may not hold every byte.
            for (message) |byte| try out.writeByte(if (byte < ' ' or byte > '~' or byte == '"' or byte == '\\') '?' else byte);
            try out.writeByte('"');
        }
        try out.writeByte('}');
        return out.buffered();
    }

    fn printTally(out: *std.Io.Writer, tally: Tally) !void {
        var hash = tally.hash.?;
        try out.print("\"bytes\":{d},\"lines\":{d},\"sha256\":\"{s}\"", .{ tally.bytes, tally.lines, hash.final() });
    }

    fn printCheckpoints(out: *std.Io.Writer, checkpoints: *const Checkpoints) !void {
        if (checkpoints.count == 0) return;
        try out.print(",\"checkpoints\":{{\"every\":{d},\"sha256\":[", .{checkpoints.every});
        for (checkpoints.hashes[0..checkpoints.count], 0..) |hash, i|
            try out.print("{s}\"{s}\"", .{ if (i == 0) "" else ",", std.fmt.bytesToHex(hash, .lower) });
        try out.writeAll("]}");
    }

    fn printStreams(out: *std.Io.Writer, streams: *const [2]Stream) !void {
        try out.writeAll(",\"streams\":{");
        var sum: records.Sum = @splat(0);
        for (streams, [_][]const u8{ "stdout", "stderr" }) |*one, name| {
            const apart = one.apart.?;
            sum +%= apart.records.total();
            try out.print("\"{s}\":{{", .{name});
            try printTally(out, apart.tally);
            try out.print(",\"tail\":{d}}},", .{apart.records.tail});
        }
        const words: [8]u32 = sum;
        try out.print("\"records\":\"{s}\"}}", .{std.fmt.bytesToHex(std.mem.asBytes(&words), .lower)});
    }

    fn printSignal(out: *std.Io.Writer, signal: linux.SIG) !void {
        const name = std.enums.tagName(linux.SIG, signal);
        if (name) |known| try out.print(",\"signal\":\"SIG{s}\"", .{known}) else try out.print(",\"signal\":\"SIG{d}\"", .{@backingInt(signal)});
    }

    fn printMs(out: *std.Io.Writer, name: []const u8, ns: u64) !void {
        const us = ns / std.time.ns_per_us;
        try out.print(",\"{s}\":{d}.{d:0>3}", .{ name, us / 1000, us % 1000 });
    }
};
