import type { Program } from '../src/fake/fake-pod.ts';

/** A command, and what it does: for clusters that can only pretend to run it. Needs sh, printf, head, sleep and true of POSIX. */
export interface ConformanceProgram extends Program {
  readonly command: readonly string[];
}

const RAW = Buffer.from([0x61, 0x00, 0xff, 0xfe, 0x0a, 0xc3, 0x28, 0x0d, 0x7a]);

export const PROGRAMS = {
  silent: { command: ['true'], end: { exitCode: 0 } },
  fails: { command: ['sh', '-c', 'echo failing; exit 7'], writes: [Buffer.from('failing\n')], end: { exitCode: 7 } },
  killsItself: { command: ['sh', '-c', 'kill -KILL $$'], end: { signal: 'SIGKILL' } },
  sleeps: { command: ['sh', '-c', 'echo ready; exec sleep 60'], writes: [Buffer.from('ready\n')] },
  ignoresTerm: {
    command: ['sh', '-c', "trap '' TERM; echo ready; while :; do sleep 1; done"],
    writes: [Buffer.from('ready\n')],
    ignoresTerm: true,
  },
  /** NUL, invalid UTF-8, a carriage return, and no newline at the end. */
  raw: {
    command: ['sh', '-c', "printf 'a\\000\\377\\376\\n\\303(\\rz'"],
    writes: [RAW],
    end: { exitCode: 0 },
  },
  /** Newlines with a carriage return before them, or more, or none. */
  returns: {
    command: ['sh', '-c', "printf 'a\\r\\nb\\n\\r\\n\\r\\r\\nc\\r\\n\\rd\\r'"],
    writes: [Buffer.from('a\r\nb\n\r\n\r\r\nc\r\n\rd\r')],
    end: { exitCode: 0 },
  },
  twoParts: {
    command: ['sh', '-c', 'printf one; sleep 0.2; printf two'],
    writes: [Buffer.from('one'), Buffer.from('two')],
    end: { exitCode: 0 },
  },
  large: { command: ['head', '-c', '3000000', '/dev/zero'], writes: [Buffer.alloc(3_000_000)], end: { exitCode: 0 } },
} as const satisfies Record<string, ConformanceProgram>;

/** What a command of the suite does; the suite runs no other. */
export function programOf(command: readonly string[]): ConformanceProgram {
  const key = command.join(' ');
  const program = Object.values(PROGRAMS).find((candidate) => candidate.command.join(' ') === key);
  if (program === undefined) throw new Error(`the conformance suite has no program ${key}`);
  return program;
}

/** All that a program writes. */
export function outputOf({ writes = [] }: ConformanceProgram): Buffer {
  return Buffer.concat(writes);
}
