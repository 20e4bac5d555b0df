//! SHA-256 of the standard library, once for every processor and once for those with instructions for it. The standard library chooses
//! when it is compiled, so `sha256_accelerated.zig` is compiled a second time as an object of its own, and which one runs is decided here.
const std = @import("std");
const builtin = @import("builtin");
const Portable = std.crypto.hash.sha2.Sha256;

extern fn sha256_accelerated_init(state: *State) void;
extern fn sha256_accelerated_update(state: *State, data: [*]const u8, len: usize) void;
extern fn sha256_accelerated_final(state: *State, digest: *[32]u8) void;

/// Room for the state of either.
pub const State = extern struct { bytes: [128]u8 align(16) };
comptime {
    std.debug.assert(@sizeOf(Portable) <= @sizeOf(State) and @alignOf(Portable) <= @alignOf(State));
}

/// Also what is kept of it in a file, for a program of the same build.
pub const Sha256 = extern struct {
    state: State,
    accelerated: bool,

    pub fn init(accelerated: bool) Sha256 {
        var hash: Sha256 = .{ .state = undefined, .accelerated = accelerated };
        if (accelerated) sha256_accelerated_init(&hash.state) else hash.portable().* = .init(.{});
        return hash;
    }

    pub fn update(hash: *Sha256, data: []const u8) void {
        if (hash.accelerated) sha256_accelerated_update(&hash.state, data.ptr, data.len) else hash.portable().update(data);
    }

    /// The digest in hex.
    pub fn final(hash: *Sha256) [64]u8 {
        return std.fmt.bytesToHex(hash.digest(), .lower);
    }

    pub fn digest(hash: *Sha256) [32]u8 {
        var bytes: [32]u8 = undefined;
        if (hash.accelerated) sha256_accelerated_final(&hash.state, &bytes) else hash.portable().final(&bytes);
        return bytes;
    }

    fn portable(hash: *Sha256) *Portable {
        return @ptrCast(&hash.state);
    }
};

/// Whether this processor has all the instructions that `build.zig` compiles the accelerated object with.
pub fn processorHasSha256() bool {
    return switch (builtin.cpu.arch) {
        .x86_64 => x86HasSha256(),
        .aarch64 => std.os.linux.getauxval(std.elf.AT.HWCAP) & (1 << 6) != 0, // HWCAP_SHA2
        else => false,
    };
}

/// Source of the bits: Intel SDM volume 2, CPUID. AVX is usable only where the kernel saves its registers (XCR0 bits 1 and 2).
fn x86HasSha256() bool {
    const features = cpuid(1);
    const osxsave_and_avx: u32 = 1 << 27 | 1 << 28;
    if (cpuid(0).eax < 7 or features.ecx & osxsave_and_avx != osxsave_and_avx) return false;
    const xcr0 = asm volatile ("xgetbv"
        : [low] "={eax}" (-> u32),
        : [index] "{ecx}" (@as(u32, 0)),
        : .{ .edx = true });
    const sha_and_avx2: u32 = 1 << 29 | 1 << 5;
    return xcr0 & 6 == 6 and cpuid(7).ebx & sha_and_avx2 == sha_and_avx2;
}

const Registers = struct { eax: u32, ebx: u32, ecx: u32 };

fn cpuid(leaf: u32) Registers {
    var ebx: u32 = undefined;
    var ecx: u32 = undefined;
    const eax = asm volatile ("cpuid"
        : [eax] "={eax}" (-> u32),
          [ebx] "={ebx}" (ebx),
          [ecx] "={ecx}" (ecx),
        : [leaf] "{eax}" (leaf),
          [subleaf] "{ecx}" (@as(u32, 0)),
        : .{ .edx = true });
    return .{ .eax = eax, .ebx = ebx, .ecx = ecx };
}
