//! All that the helper has read, in a file on a volume that outlives the container: a header, and behind it a ring that keeps the newest bytes.
//! The header knows the count and the hash of all of them, also of those that the ring has overwritten.
const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");
const Sha256 = @import("sha256.zig").Sha256;
const Tally = @import("tally.zig").Tally;

/// The header has a page of its own, so that writing it is one copy, which no signal cuts.
pub const RING = 4096;
/// The most that is added at once. A helper that is killed may have overwritten that much and not counted it: the ring is so much longer.
const SLACK = 64 * 1024;

pub const Header = extern struct {
    /// How many of the newest bytes can be had.
    limit: u64,
    bytes: u64 = 0,
    lines: u64 = 0,
    hash: Sha256,
    /// Why nothing is added any more; 0 while all is well.
    errno: u32 = 0,

    pub fn ring(header: *const Header) u64 {
        return header.limit + SLACK;
    }

    /// The first byte that can be had.
    pub fn from(header: *const Header) u64 {
        return header.bytes -| header.limit;
    }
};

pub const Spool = struct {
    fd: linux.fd_t,
    header: Header,

    /// Null when it can't be made: then there is no file, which its reader tells.
    pub fn create(folder: [*:0]const u8, limit: u64, hash: Sha256) ?Spool {
        var spool: Spool = .{ .fd = sys.openIn(folder, "log", sys.WRITE) orelse return null, .header = .{ .limit = limit, .hash = hash } };
        spool.note();
        return spool;
    }

    /// Adds what was just counted. After a failure nothing more: a spool with a hole would be worse than one that says where it ends.
    pub fn add(spool: *Spool, data: []const u8, all: *const Tally) void {
        const header = &spool.header;
        if (header.errno != 0) return;
        const at = header.bytes % header.ring();
        const first = @min(data.len, header.ring() - at);
        const failure = sys.writeAt(spool.fd, data[0..first], RING + at) orelse sys.writeAt(spool.fd, data[first..], RING);
        if (failure) |errno| {
            header.errno = @backingInt(errno);
        } else {
            header.bytes = all.bytes;
            header.lines = all.lines;
            header.hash = all.hash.?;
        }
        spool.note();
    }

    /// A header that can't be written would be an older one, which is wrong: then there is no spool at all.
    fn note(spool: *Spool) void {
        if (sys.writeAt(spool.fd, std.mem.asBytes(&spool.header), 0) == null) return;
        _ = linux.ftruncate(spool.fd, 0);
        spool.header.errno = @backingInt(sys.E.IO);
    }
};
