//! The report file of the command, copied to the volume that outlives the container as it was when the command had ended, with its hash beside it.
const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");
const sha256 = @import("sha256.zig");

/// A larger file is no test report; it is refused, not cut. The embedded cluster has the same limit.
const LIMIT = 64 * 1024 * 1024;
/// The file system's clock ticks more coarsely than ours: up to 10 ms at 100 Hz.
const TICK_NS = 20 * std.time.ns_per_ms;

const Kept = union(enum) {
    sealed: struct { bytes: u64, sha256: [64]u8 },
    missing,
    special,
    old,
    changed,
    large: u64,
    unreadable: sys.E,
    unkept: sys.E,
};

/// Keeps the file as `report`; in `report-seal` stands what it was, or in words for people why there is none.
pub fn keep(path: [*:0]const u8, folder: [*:0]const u8, begun: u64, buffer: []u8) void {
    const kept = copy(path, folder, begun, buffer);
    var text: [8192]u8 = undefined;
    const said = describe(kept, std.mem.span(path), &text) catch return;
    const fd = sys.openIn(folder, "report-seal", sys.WRITE) orelse return;
    _ = sys.writeAll(fd, said);
}

fn copy(path: [*:0]const u8, folder: [*:0]const u8, begun: u64, buffer: []u8) Kept {
    // Not blocking: a named pipe would hold us here for as long as nobody writes.
    const file: linux.fd_t = switch (sys.value(linux.open(path, .{ .NONBLOCK = true, .CLOEXEC = true }, 0))) {
        .ok => |fd| @intCast(fd),
        .failed => |errno| return if (errno == .NOENT or errno == .NOTDIR) .missing else .{ .unreadable = errno },
    };
    const before = sys.stat(file);
    if (!linux.S.ISREG(before.mode)) return .special;
    if (before.modified + TICK_NS < begun) return .old;
    if (before.size > LIMIT) return .{ .large = before.size };
    const target = sys.openIn(folder, "report", sys.WRITE) orelse return .{ .unkept = .ACCES };
    var hash: sha256.Sha256 = .init(sha256.processorHasSha256());
    var bytes: u64 = 0;
    while (bytes <= before.size) {
        const count = sys.read(file, buffer);
        if (count == 0) break;
        bytes += count;
        hash.update(buffer[0..count]);
        if (sys.writeAll(target, buffer[0..count])) |errno| return .{ .unkept = errno };
    }
    const unchanged = bytes == before.size and std.meta.eql(sys.stat(file), before);
    return if (unchanged) .{ .sealed = .{ .bytes = bytes, .sha256 = hash.final() } } else .changed;
}

fn describe(kept: Kept, path: []const u8, text: []u8) ![]const u8 {
    var out: std.Io.Writer = .fixed(text);
    try out.writeAll(if (kept == .sealed) "sealed " else "none ");
    switch (kept) {
        .sealed => |seal| try out.print("{d} {s}", .{ seal.bytes, seal.sha256 }),
        .missing => {
            try out.print("there was no report file {s}", .{path});
            // Not everybody knows the working directory of an image.
            var folder: [1024]u8 = undefined;
            const length = sys.value(linux.getcwd(&folder, folder.len));
            if (!std.mem.startsWith(u8, path, "/") and length == .ok) try out.print(" in {s}", .{folder[0 .. length.ok - 1]});
            try out.writeAll(" when the command had ended");
        },
        else => try out.print("the report file {s} ", .{path}),
    }
    switch (kept) {
        .sealed, .missing => {},
        .special => try out.writeAll("is not a regular file"),
        .old => try out.writeAll("was written before the command began"),
        .changed => try out.writeAll("was still being written when the command had ended"),
        .large => |bytes| try out.print("has {d} bytes; the limit is {d}", .{ bytes, LIMIT }),
        .unreadable => |errno| try out.print("cannot be read: {s}", .{@tagName(errno)}),
        .unkept => |errno| try out.print("cannot be kept: {s}", .{@tagName(errno)}),
    }
    for (out.buffered()) |*byte| if (byte.* == '\n') {
        byte.* = '?';
    };
    try out.writeByte('\n');
    return out.buffered();
}
