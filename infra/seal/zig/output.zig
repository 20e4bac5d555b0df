//! What the command writes, on its way out: counted, hashed, passed on, and waited for.
const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");
const sha256 = @import("sha256.zig");

/// How much can be on its way behind our pipe, out of sight: the runtime's FIFO (64 KiB), a copy buffer before it and one behind it.
const HIDDEN = 128 * 1024;
/// The last `HIDDEN` bytes are timed in as many parts.
const PARTS = 16;

pub const Output = struct {
    bytes: u64 = 0,
    lines: u64 = 0,
    hash: sha256.Sha256,
    /// Nobody reads any more: there is nothing to wait for.
    unread_for_ever: bool = false,
    /// How long each of the last parts waited for the reader, in nanoseconds.
    waited: [PARTS]u64 = @splat(0),

    /// Counts and passes on. Whatever can't be written is counted all the same: then the log is not whole, and the seal says so.
    /// False once nobody reads any more.
    pub fn pass(output: *Output, fd: linux.fd_t, data: []const u8) bool {
        output.bytes += data.len;
        output.lines += std.mem.countScalar(u8, data, '\n');
        output.hash.update(data);
        const start = sys.monotonic();
        output.unread_for_ever = sys.writeAll(fd, data) == .PIPE;
        output.note(data.len, sys.monotonic() - start);
        return !output.unread_for_ever;
    }

    /// Waits until the reader has taken all that is in the pipe; at once when stdout is none.
    pub fn drain(output: *Output, max_ns: u64) void {
        const start = sys.monotonic();
        var pause: u64 = 50 * std.time.ns_per_us;
        while (!output.unread_for_ever and sys.unread(linux.STDOUT_FILENO) > 0 and sys.monotonic() - start < max_ns) {
            sys.sleep(pause);
            pause = @min(pause * 2, 5 * std.time.ns_per_ms);
        }
        output.note(0, sys.monotonic() - start);
    }

    /// How long the last `HIDDEN` bytes waited for the reader: as long as what is hidden behind the pipe may take now.
    pub fn recentWait(output: *const Output) u64 {
        if (output.unread_for_ever) return 0;
        var sum: u64 = 0;
        for (output.waited) |ns| sum +|= ns;
        return sum;
    }

    fn note(output: *Output, len: usize, ns: u64) void {
        const size = HIDDEN / PARTS;
        const last = output.bytes / size;
        // A long write is spread over nothing finer than itself: it all counts for the part it ends in.
        var part = (output.bytes - len) / size + 1;
        part = @max(part, last -| (PARTS - 1));
        while (part <= last) : (part += 1) output.waited[@intCast(part % PARTS)] = 0;
        output.waited[@intCast(last % PARTS)] +|= ns;
    }
};
