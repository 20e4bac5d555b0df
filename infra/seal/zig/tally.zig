const std = @import("std");
const Sha256 = @import("sha256.zig").Sha256;

/// Count and hash of some bytes.
pub const Tally = struct {
    bytes: u64 = 0,
    lines: u64 = 0,
    /// Null for what nobody is told the hash of.
    hash: ?Sha256,

    pub fn add(tally: *Tally, data: []const u8) void {
        tally.bytes += data.len;
        tally.lines += std.mem.countScalar(u8, data, '\n');
        if (tally.hash) |*hash| hash.update(data);
    }
};
