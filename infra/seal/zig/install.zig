//! Copies this program into a folder: what an init container does whose image has nothing else.
const linux = @import("std").os.linux;
const sys = @import("sys.zig");

/// 0 when it is there, whole and executable; else 1, and stderr says what failed.
pub fn install(folder: [*:0]const u8, buffer: []u8) u8 {
    const self = sys.openIn("/proc/self", "exe", sys.READ) orelse return fail("cannot read itself");
    const copy = sys.openIn(folder, "seal", sys.WRITE) orelse return fail("cannot make its copy");
    var copied: u64 = 0;
    while (true) {
        const count = sys.read(self, buffer);
        if (count == 0) break;
        copied += count;
        if (sys.writeAll(copy, buffer[0..count])) |errno| return fail(@tagName(errno));
    }
    if (copied != sys.stat(self).size) return fail("could not read all of itself");
    return if (sys.value(linux.fchmod(copy, 0o555)) == .ok) 0 else fail("cannot make its copy executable");
}

fn fail(why: []const u8) u8 {
    for ([_][]const u8{ "seal: not installed: ", why, "\n" }) |part| _ = sys.writeAll(linux.STDERR_FILENO, part);
    return 1;
}
