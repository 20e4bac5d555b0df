//! A sum of the hashes of all records of two streams, which is the same in whatever order a runtime writes them into one log. A record is what
//! runtimes keep together: a line with its newline, or 16 KiB of a longer one. Where such a piece ends a record ends, whatever follows, so that a
//! piece and an empty line behind it are the same as a line of 16 KiB.
const std = @import("std");
const Sha256 = @import("sha256.zig").Sha256;

/// Source: containerd's `max_container_log_line_size`.
const LIMIT = 16 * 1024;

/// Sums of the eight words of each hash, modulo 2^32.
pub const Sum = @Vector(8, u32);

/// Cuts one stream into records.
pub const Records = struct {
    sum: Sum = @splat(0),
    /// Of the record that has begun.
    hash: Sha256,
    len: usize = 0,
    /// How long the latest record is, if no newline ended it.
    tail: usize = 0,
    none: Sha256,

    pub fn init(none: Sha256) Records {
        return .{ .hash = none, .none = none };
    }

    pub fn add(records: *Records, data: []const u8) void {
        var rest = data;
        while (rest.len > 0) {
            const window = rest[0..@min(rest.len, LIMIT - records.len)];
            const newline = std.mem.indexOfScalar(u8, window, '\n');
            const taken = if (newline) |at| window[0 .. at + 1] else window;
            records.hash.update(taken);
            records.len += taken.len;
            records.tail = if (newline == null) records.len else 0;
            rest = rest[taken.len..];
            if (newline != null or records.len == LIMIT) records.end();
        }
    }

    /// With the record that has no end yet.
    pub fn total(records: Records) Sum {
        var all = records;
        if (all.len > 0) all.end();
        return all.sum;
    }

    fn end(records: *Records) void {
        const words: [8]u32 = @bitCast(records.hash.digest());
        records.sum +%= words;
        records.hash = records.none;
        records.len = 0;
    }
};
