//! What the command writes, on its way out: counted, hashed, passed on, and waited for.
const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");
const sha256 = @import("sha256.zig");
const Spool = @import("spool.zig").Spool;

/// How much can be on its way behind our pipe, out of sight: the runtime's FIFO (64 KiB), a copy buffer before it and one behind it.
const HIDDEN = 128 * 1024;
/// The last `HIDDEN` bytes are timed in as many parts.
const PARTS = 16;
/// What a runtime needs to write a line into its log, with room: one record each, on a slow core.
const LINE_NS = 10 * std.time.ns_per_us;
/// For which time a runtime copies on by itself after the end; containerd's is 2 s, and 10 s since its version 2.2. Half of the shorter one.
const PATIENCE = std.time.ns_per_s;

pub const Output = struct {
    bytes: u64 = 0,
    lines: u64 = 0,
    /// Null for what nobody is told the hash of.
    hash: ?sha256.Sha256,
    /// Where all of it is kept too, if anywhere.
    spool: ?Spool = null,
    /// Nobody reads any more: there is nothing to wait for.
    unread_for_ever: bool = false,
    /// The most that was seen to wait for each processor while the output was drained, beyond the one that has it.
    queued: u64 = 0,
    /// How long each of the last parts waited for the reader, in nanoseconds.
    waited: [PARTS]u64 = @splat(0),

    /// Counts and passes on. Whatever can't be written is counted all the same: then the log is not whole, and the seal says so.
    /// False once nobody reads any more.
    pub fn pass(output: *Output, fd: linux.fd_t, data: []const u8) bool {
        output.bytes += data.len;
        output.lines += std.mem.countScalar(u8, data, '\n');
        if (output.hash) |*hash| hash.update(data);
        // Before it goes out: whoever kills us after that has it there.
        if (output.spool) |*spool| spool.add(data, output);
        const start = sys.monotonic();
        output.unread_for_ever = sys.writeAll(fd, data) == .PIPE;
        output.note(data.len, sys.monotonic() - start);
        return !output.unread_for_ever;
    }

    /// Waits until the reader has taken all that is in the pipe; at once when stdout is none.
    pub fn drain(output: *Output, max_ns: u64) void {
        const start = sys.monotonic();
        output.queued = sys.queuedPerProcessor();
        var pause: u64 = 50 * std.time.ns_per_us;
        while (!output.unread_for_ever and sys.unread(linux.STDOUT_FILENO) > 0 and sys.monotonic() - start < max_ns) {
            sys.sleep(pause);
            pause = @min(pause * 2, 5 * std.time.ns_per_ms);
            output.queued = @max(output.queued, sys.queuedPerProcessor());
        }
        output.note(0, sys.monotonic() - start);
    }

    /// How long what is hidden behind the pipe may still take, once the pipe is empty. It has two signs: how long the last `HIDDEN` bytes
    /// waited for their reader, `factor` times; and, when they fitted into the buffers so that nothing waited, how many lines that can be
    /// and how busy the node is. Both are nothing on an idle node.
    pub fn linger(output: *const Output, factor: u64) u64 {
        if (output.unread_for_ever or output.bytes == 0) return 0;
        var waited: u64 = 0;
        for (output.waited) |ns| waited +|= ns;
        const lines = output.lines * @min(output.bytes, HIDDEN) / output.bytes;
        return waited *| factor +| (lines * LINE_NS * output.queued -| PATIENCE);
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
