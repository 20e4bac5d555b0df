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
/// As much fits into the runtime's FIFO in any case: of its 16 pages two that follow each other hold more than one page together, or they
/// would have been joined. Source: pipe_write in Linux.
const FITS = 32 * 1024;

pub const Stream = struct {
    fd: linux.fd_t,
    bytes: u64 = 0,
    /// Whether its reader takes away the carriage return before each newline, as containerd does: then that is passed on twice.
    doubles_returns: bool = false,
    doubled_returns: u64 = 0,
    ends_with_return: bool = false,
    /// The last byte, until the reader has taken all before it. A runtime that has not passed on what it took when we end may lose that; one
    /// that comes for this byte too has passed it on.
    held: ?u8 = null,
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
        stream.unread_for_ever = stream.hold(data) == .PIPE;
        stream.note(data.len, sys.monotonic() - start);
        return !stream.unread_for_ever;
    }

    fn hold(stream: *Stream, data: []const u8) ?sys.E {
        if (stream.release()) |errno| return errno;
        if (data.len == 0 or stream.bytes <= FITS or !sys.isPipe(stream.fd)) return stream.write(data);
        stream.held = data[data.len - 1];
        return stream.write(data[0 .. data.len - 1]);
    }

    fn release(stream: *Stream) ?sys.E {
        const byte = stream.held orelse return null;
        stream.held = null;
        return stream.write(&.{byte});
    }

    /// Writes the byte that is held once the reader has taken all before it. Whether it did.
    pub fn offer(stream: *Stream) bool {
        if (stream.held == null or sys.unread(stream.fd) > 0) return false;
        stream.unread_for_ever = stream.release() == .PIPE;
        return true;
    }

    /// Writes the byte that is held, if there is room for it.
    pub fn giveUp(stream: *Stream) void {
        if (sys.isWritable(stream.fd)) _ = stream.release();
    }

    fn write(stream: *Stream, data: []const u8) ?sys.E {
        if (data.len == 0) return null;
        if (!stream.doubles_returns) return sys.writeAll(stream.fd, data);
        if (stream.ends_with_return and data[0] == '\n') if (stream.writeDoubled("\r")) |errno| return errno;
        stream.ends_with_return = data[data.len - 1] == '\r';
        var from: usize = 0;
        var search: usize = 0;
        while (std.mem.indexOfScalarPos(u8, data, search, '\r')) |at| {
            search = at + 1;
            if (search == data.len or data[search] != '\n') continue;
            if (stream.writeDoubled(data[from..search])) |errno| return errno;
            from = at;
        }
        return sys.writeAll(stream.fd, data[from..]);
    }

    /// What ends with a carriage return that is written once more behind it.
    fn writeDoubled(stream: *Stream, data: []const u8) ?sys.E {
        stream.doubled_returns += 1;
        return sys.writeAll(stream.fd, data);
    }

    /// Whether the reader has taken all that was passed; so it has when there is no pipe.
    pub fn isDrained(stream: *const Stream) bool {
        return stream.unread_for_ever or (stream.held == null and sys.unread(stream.fd) == 0);
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
