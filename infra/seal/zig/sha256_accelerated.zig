//! Compiled for processors with SHA-256 instructions, for which the standard library then has its own code. See `sha256.zig`.
const std = @import("std");
const Sha256 = std.crypto.hash.sha2.Sha256;

pub const panic = std.debug.no_panic;

export fn sha256_accelerated_init(state: *Sha256) void {
    state.* = .init(.{});
}

export fn sha256_accelerated_update(state: *Sha256, data: [*]const u8, len: usize) void {
    state.update(data[0..len]);
}

export fn sha256_accelerated_final(state: *Sha256, digest: *[32]u8) void {
    state.final(digest);
}
