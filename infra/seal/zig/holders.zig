//! Who still holds the pipes, by what /proc shows of the processes that we may look at.
const std = @import("std");
const linux = std.os.linux;
const sys = @import("sys.zig");

/// More names than these explain nothing.
const MOST = 5;

/// As items of a JSON array of texts: the name of each process, and its id.
pub const Holders = struct {
    text: [256]u8 = undefined,
    len: usize = 0,
    count: usize = 0,

    /// Of any of the pipes; of what is closed (-1) there are none.
    pub fn find(holders: *Holders, pipes: [2]linux.fd_t) void {
        var links: [2][64]u8 = undefined;
        var wanted: [2][]const u8 = undefined;
        for (pipes, &links, &wanted) |pipe, *link, *text| text.* = std.mem.print(link, "pipe:[{d}]", .{sys.stat(pipe).inode}) catch return;
        var processes = Folder.open(".", "") orelse return;
        defer _ = linux.close(processes.fd);
        while (processes.next()) |name| {
            const pid = std.fmt.parseInt(linux.pid_t, name, 10) catch continue;
            if (holders.count < MOST and pid != linux.getpid() and holds(name, wanted)) holders.add(name);
        }
    }

    pub fn json(holders: *const Holders) []const u8 {
        return holders.text[0..holders.len];
    }

    fn add(holders: *Holders, pid: []const u8) void {
        var name: [16]u8 = undefined;
        const length = read(pid, "comm", &name);
        for (name[0..length]) |*byte| if (byte.* < ' ' or byte.* > '~' or byte.* == '"' or byte.* == '\\') {
            byte.* = '?';
        };
        const separator = if (holders.count == 0) "" else ",";
        const shown = name[0..length -| 1];
        const said = std.mem.print(holders.text[holders.len..], "{s}\"{s} ({s})\"", .{ separator, shown, pid }) catch return;
        holders.len += said.len;
        holders.count += 1;
    }
};

fn holds(pid: []const u8, wanted: [2][]const u8) bool {
    var files = Folder.open(pid, "/fd") orelse return false;
    defer _ = linux.close(files.fd);
    while (files.next()) |name| {
        var target: [64]u8 = undefined;
        const length = sys.value(linux.readlinkat(files.fd, name, &target, target.len));
        if (length == .failed) continue;
        for (wanted) |link| if (std.mem.eql(u8, target[0..length.ok], link)) return true;
    }
    return false;
}

fn read(pid: []const u8, file: []const u8, buffer: []u8) usize {
    var path: [64]u8 = undefined;
    const name = std.mem.print(&path, "{s}/{s}", .{ pid, file }) catch return 0;
    const fd = sys.openIn("/proc", name, sys.READ) orelse return 0;
    defer _ = linux.close(fd);
    return sys.read(fd, buffer);
}

const Folder = struct {
    fd: linux.fd_t,
    buffer: [1024]u8 align(8) = undefined,
    len: usize = 0,
    at: usize = 0,

    /// In /proc.
    fn open(name: []const u8, below: []const u8) ?Folder {
        var path: [64]u8 = undefined;
        const whole = std.mem.print(&path, "{s}{s}", .{ name, below }) catch return null;
        return .{ .fd = sys.openIn("/proc", whole, .{ .DIRECTORY = true, .CLOEXEC = true }) orelse return null };
    }

    fn next(folder: *Folder) ?[:0]const u8 {
        if (folder.at >= folder.len) {
            const count = sys.value(linux.getdents64(folder.fd, &folder.buffer, folder.buffer.len));
            if (count == .failed or count.ok == 0) return null;
            folder.len = count.ok;
            folder.at = 0;
        }
        const entry: *align(1) const linux.dirent64 = @ptrCast(&folder.buffer[folder.at]);
        const name: [*:0]const u8 = @ptrCast(&folder.buffer[folder.at + @offsetOf(linux.dirent64, "name")]);
        folder.at += entry.reclen;
        return std.mem.span(name);
    }
};
