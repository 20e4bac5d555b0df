const std = @import("std");
const Checkpoints = @import("checkpoints.zig").Checkpoints;
const Sha256 = @import("sha256.zig").Sha256;

/// Count and hash of some bytes.
pub const Tally = struct {
    bytes: u64 = 0,
    lines: u64 = 0,
    /// Null for what nobody is told the hash of.
    hash: ?Sha256,
    checkpoints: ?Checkpoints = null,

    pub fn add(tally: *Tally, data: []const u8) void {
        tally.lines += std.mem.countScalar(u8, data, '\n');
        var rest = data;
        while (tally.checkpoints) |*checkpoints| {
            const left = checkpoints.next() - tally.bytes;
            if (rest.len < left) break;
            tally.count(rest[0..left]);
            checkpoints.add(tally.hash.?);
            rest = rest[left..];
        }
        tally.count(rest);
    }

    fn count(tally: *Tally, data: []const u8) void {
        tally.bytes += data.len;
        if (tally.hash) |*hash| hash.update(data);
    }
};
