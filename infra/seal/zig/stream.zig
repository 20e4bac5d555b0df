//! One way out: passed on, and waited for.
const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");
const Records = @import("records.zig").Records;
const Tally = @import("tally.zig").Tally;

/// How much can be on its way behind our pipe, out of sight: the runtime's FIFO (64 KiB), a copy buffer before it and one behind it.
pub const HIDDEN = 128 * 1024;
/// The last `HIDDEN` bytes are timed in as many parts.
const PARTS = 16;

pub const Stream = struct {
    fd: linux.fd_t,
    bytes: u64 = 0,
    /// What is told of it when it is one of two.
    apart: ?struct { tally: Tally, records: Records } = null,
    /// Nobody reads any more: there is nothing to wait for.
    unread_for_ever: bool = false,
    /// How long each of the last parts waited for the reader, in nanoseconds.
    waited: [PARTS]u64 = @splat(0),

    /// False once nobody reads any more.
    pub fn pass(stream: *Stream, data: []const u8) bool {
        stream.bytes += data.len;
        if (stream.apart) |*apart| {
            apart.tally.add(data);
            apart.records.add(data);
        }
        const start = sys.monotonic();
        stream.unread_for_ever = sys.writeAll(stream.fd, data) == .PIPE;
        stream.note(data.len, sys.monotonic() - start);
        return !stream.unread_for_ever;
    }

    /// Whether the reader has taken all that is in the pipe; so it has when there is none.
    pub fn isDrained(stream: *const Stream) bool {
        return stream.unread_for_ever or sys.unread(stream.fd) == 0;
    }

    /// How long the last `HIDDEN` bytes waited for their reader, in nanoseconds.
    pub fn waitedInAll(stream: *const Stream) u64 {
        var waited: u64 = 0;
        for (stream.waited) |ns| waited +|= ns;
        return waited;
    }

    pub fn note(stream: *Stream, len: usize, ns: u64) void {
        const size = HIDDEN / PARTS;
        const last = stream.bytes / size;
        // A long write is spread over nothing finer than itself: it all counts for the part it ends in.
        var part = (stream.bytes - len) / size + 1;
        part = @max(part, last -| (PARTS - 1));
        while (part <= last) : (part += 1) stream.waited[@intCast(part % PARTS)] = 0;
        stream.waited[@intCast(last % PARTS)] +|= ns;
    }
};
