const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");

const USAGE =
    \\usage: seal [--streams 1|2] [--returns 1|2] [--message FILE] [--late-ms N] [--limit-ms N] [--grace-ms N] [--linger FACTOR]
    \\            [--max-linger-ms N] [--folder FOLDER [--spool BYTES] [--report FILE]] -- COMMAND [ARGUMENT]...
    \\       seal --keep FOLDER
    \\       seal --install FOLDER
    \\Runs COMMAND, passes its stdout and stderr on, and writes what that was to FILE.
    \\  --streams        1: both to stdout, in order (1); 2: each by itself, stdout to stdout and stderr to stderr
    \\  --returns        2: pass on twice each carriage return before a newline, of which containerd takes one away (1)
    \\  --message        the container's termination message (/dev/termination-log)
    \\  --late-ms        how long what COMMAND leaves behind may go on writing after its end (1000)
    \\  --limit-ms       when COMMAND has run so long it is sent TERM, which the seal tells; it may run for ever by default
    \\  --grace-ms       what still runs so long after TERM, INT or QUIT is killed; by default that is left to whoever sent it
    \\  --linger         after its output is drained it stays this many times as long as the last 128 KiB waited for their reader (5), and longer on
    \\                   a busy node
    \\  --max-linger-ms  but no longer than this (60000)
    \\  --folder         where to leave what must outlive the container:
    \\  --spool          the last BYTES of the output, as they are read
    \\  --report         a file of COMMAND, when it has ended
    \\  --keep           runs nothing: at TERM, gives out what is in FOLDER on stdout, and what it is to the message
    \\  --install        runs nothing: copies this program to FOLDER/seal
    \\
;

pub const Options = struct {
    streams: usize = 1,
    returns: usize = 1,
    message: [*:0]const u8 = "/dev/termination-log",
    late_ns: u64 = 1000 * std.time.ns_per_ms,
    limit_ns: ?u64 = null,
    grace_ns: ?u64 = null,
    linger: u64 = 5,
    max_linger_ns: u64 = 60_000 * std.time.ns_per_ms,
    folder: ?[*:0]const u8 = null,
    spool: u64 = 0,
    report: ?[*:0]const u8 = null,
    keep: ?[*:0]const u8 = null,
    install: ?[*:0]const u8 = null,
    command: [*:null]const ?[*:0]const u8,

    /// Null when there is nothing to run; the usage is told then.
    pub fn parse(argv: []const [*:0]const u8) ?Options {
        var options: Options = .{ .command = undefined };
        var at: usize = 1;
        while (at + 1 < argv.len) : (at += 2) {
            const name = std.mem.span(argv[at]);
            if (std.mem.eql(u8, name, "--")) {
                // The kernel ends argv with a null.
                options.command = @ptrCast(argv.ptr + at + 1);
                return options;
            }
            options.set(name, argv[at + 1]) catch break;
        }
        if ((options.keep != null or options.install != null) and at == argv.len) return options;
        _ = sys.writeAll(linux.STDERR_FILENO, USAGE);
        return null;
    }

    fn set(options: *Options, name: []const u8, text: [*:0]const u8) !void {
        const given = std.mem.span(text);
        if (std.mem.eql(u8, name, "--streams")) {
            options.streams = try oneOrTwo(given);
        } else if (std.mem.eql(u8, name, "--returns")) {
            options.returns = try oneOrTwo(given);
        } else if (std.mem.eql(u8, name, "--message")) {
            options.message = text;
        } else if (std.mem.eql(u8, name, "--folder")) {
            options.folder = text;
        } else if (std.mem.eql(u8, name, "--report")) {
            options.report = text;
        } else if (std.mem.eql(u8, name, "--keep")) {
            options.keep = text;
        } else if (std.mem.eql(u8, name, "--install")) {
            options.install = text;
        } else if (std.mem.eql(u8, name, "--spool")) {
            options.spool = try std.fmt.parseInt(u40, given, 10);
        } else if (std.mem.eql(u8, name, "--late-ms")) {
            options.late_ns = try milliseconds(given);
        } else if (std.mem.eql(u8, name, "--limit-ms")) {
            options.limit_ns = try milliseconds(given);
        } else if (std.mem.eql(u8, name, "--grace-ms")) {
            options.grace_ns = try milliseconds(given);
        } else if (std.mem.eql(u8, name, "--max-linger-ms")) {
            options.max_linger_ns = try milliseconds(given);
        } else if (std.mem.eql(u8, name, "--linger")) {
            options.linger = try std.fmt.parseInt(u16, given, 10);
        } else return error.UnknownOption;
    }

    fn oneOrTwo(text: []const u8) !usize {
        const number = try std.fmt.parseInt(u8, text, 10);
        return if (number == 1 or number == 2) number else error.NotOneOrTwo;
    }

    fn milliseconds(text: []const u8) !u64 {
        return @as(u64, try std.fmt.parseInt(u31, text, 10)) * std.time.ns_per_ms;
    }
};
