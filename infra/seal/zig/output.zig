//! What the command writes, on its way out: counted, hashed, passed on, and waited for.
const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");
const Records = @import("records.zig").Records;
const Sha256 = @import("sha256.zig").Sha256;
const Spool = @import("spool.zig").Spool;
const stream = @import("stream.zig");
const Stream = stream.Stream;
const Tally = @import("tally.zig").Tally;

/// What a runtime needs to write a line into its log, with room: one record each, on a slow core.
const LINE_NS = 10 * std.time.ns_per_us;
/// How soon, and then how rarely, it is looked whether a byte that is held can go.
const HELD_NS = .{ .least = std.time.ns_per_ms, .most = 64 * std.time.ns_per_ms };

pub const Output = struct {
    /// Of all streams, in the order in which they were read.
    all: Tally,
    /// stdout, or stdout and stderr.
    streams: [2]Stream = .{ .{ .fd = linux.STDOUT_FILENO }, .{ .fd = linux.STDERR_FILENO } },
    count: usize = 1,
    /// Where all of it is kept too, if anywhere.
    spool: ?Spool = null,
    /// The most that was seen to wait for each processor while the output was drained, beyond the one that has it.
    queued: u64 = 0,
    /// When to look again for a byte that is held.
    look_ns: u64 = HELD_NS.least,

    /// `hash`: of nothing; null for what nobody is told the hash of.
    pub fn init(hash: ?Sha256, count: usize, doubles_returns: bool) Output {
        var output: Output = .{ .all = .{ .hash = hash }, .count = count };
        if (count == 1 and hash != null) output.all.checkpoints = .{};
        for (&output.streams) |*one| {
            one.doubles_returns = doubles_returns;
            if (count > 1) one.apart = .{ .tally = .{ .hash = hash }, .records = .init(hash.?) };
        }
        return output;
    }

    /// Counts and passes on. Whatever can't be written is counted all the same: then the log is not whole, and the seal says so.
    /// False once nobody reads any more.
    pub fn pass(output: *Output, index: usize, data: []const u8) bool {
        output.all.add(data);
        // Before it goes out: whoever kills us after that has it there.
        if (output.spool) |*spool| spool.add(data, &output.all);
        output.look_ns = HELD_NS.least;
        return output.streams[index].pass(data);
    }

    /// Writes what is held and can go. When to look again; null when nothing is held.
    pub fn offer(output: *Output) ?u64 {
        var is_held = false;
        for (output.streams[0..output.count]) |*one| {
            _ = one.offer();
            is_held = is_held or one.held != null;
        }
        if (!is_held) return null;
        defer output.look_ns = @min(output.look_ns * 2, HELD_NS.most);
        return output.look_ns;
    }

    /// Waits until the reader has taken all that was passed; at once when there are no pipes.
    pub fn drain(output: *Output, max_ns: u64) void {
        const start = sys.monotonic();
        output.queued = sys.queuedPerProcessor();
        var pause: u64 = 50 * std.time.ns_per_us;
        for (output.streams[0..output.count]) |*one| {
            while (!one.isDrained() and sys.monotonic() - start < max_ns) {
                if (one.offer()) continue;
                sys.sleep(pause);
                pause = @min(pause * 2, 5 * std.time.ns_per_ms);
                output.queued = @max(output.queued, sys.queuedPerProcessor());
            }
            one.giveUp();
            one.note(0, sys.monotonic() - start);
        }
    }

    /// How long what is hidden behind the pipes may still take, once they are empty. It has two signs: how long the last `HIDDEN` bytes
    /// waited for their reader, `factor` times; and, when they fitted into the buffers so that nothing waited, how many lines that can be
    /// and how busy the node is. Both are nothing on an idle node. That a runtime copies on by itself after the end counts for nothing: containerd
    /// before 1.6.22 and 1.7.3 closes its end of the FIFO when it learns of ours.
    pub fn linger(output: *const Output, factor: u64) u64 {
        if (output.all.bytes == 0) return 0;
        var waited: u64 = 0;
        var hidden: u64 = 0;
        for (output.streams[0..output.count]) |*one| if (!one.unread_for_ever) {
            waited +|= one.waitedInAll();
            hidden += @min(one.bytes, stream.HIDDEN);
        };
        const lines = output.all.lines * hidden / output.all.bytes;
        return waited *| factor +| lines * LINE_NS * output.queued;
    }
};
