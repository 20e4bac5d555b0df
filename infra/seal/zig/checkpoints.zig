//! Hashes of all that came before some places, evenly apart: whoever lacks some bytes can tell between which places. When there are too many
//! every second one is dropped, so there are always 8 to 15, of an output that is long enough.
const Sha256 = @import("sha256.zig").Sha256;

const MOST = 16;

pub const Checkpoints = struct {
    every: u64 = 1024,
    count: usize = 0,
    /// The first eight bytes of each: nobody has a reason to make a second text with the same ones.
    hashes: [MOST][8]u8 = undefined,

    /// Where the next is to be.
    pub fn next(checkpoints: *const Checkpoints) u64 {
        return (checkpoints.count + 1) * checkpoints.every;
    }

    pub fn add(checkpoints: *Checkpoints, hash: Sha256) void {
        var all = hash;
        checkpoints.hashes[checkpoints.count] = all.digest()[0..8].*;
        checkpoints.count += 1;
        if (checkpoints.count < MOST) return;
        checkpoints.count = MOST / 2;
        checkpoints.every *= 2;
        for (0..MOST / 2) |i| checkpoints.hashes[i] = checkpoints.hashes[i * 2 + 1];
    }
};
