import { Type, type Static } from 'typebox';

const counts = {
  bytes: Type.Integer({ minimum: 0 }),
  lines: Type.Integer({ minimum: 0, description: 'Newline characters among the bytes.' }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the bytes, in order.' }),
};
const tail = Type.Integer({
  minimum: 0,
  description: 'How long its last record is, if no newline ends it; see `records`.',
});

/**
 * What stdout and stderr were each, where they were passed on apart. The log has then the order in which the runtime came to write them, which
 * `sha256` of both together does not have; `records` is of the log in any order, as long as no line is mixed with another one.
 */
const SealedStreamsSchema = Type.Object({
  stdout: Type.Object({ ...counts, tail: Type.Optional(tail) }),
  stderr: Type.Object({ ...counts, tail: Type.Optional(tail) }),
  records: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{64}$',
      description:
        'Sum of the sha256 of every record of both, each of the eight little-endian words by itself modulo 2^32. A record ends with a newline, or after 16 KiB without one. Absent where the order is known.',
    }),
  ),
});
export type SealedStreams = Static<typeof SealedStreamsSchema>;

/**
 * What the process that held the pipe counted while the command ran, carried by the termination message:
 * a second witness that does not travel with the log. Equal to what was captured = proof that the log is whole.
 */
export const SealSchema = Type.Object({
  v: Type.Literal(1),
  bytes: Type.Integer({ minimum: 0, description: 'Bytes that the command wrote to stdout and stderr together.' }),
  lines: Type.Integer({ minimum: 0, description: 'Newline characters among them.' }),
  sha256: Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: 'Of all bytes, in the order in which they were read.',
  }),
  streams: Type.Optional(SealedStreamsSchema),
  checkpoints: Type.Optional(
    Type.Object(
      {
        every: Type.Integer({ minimum: 1, description: 'Bytes from one to the next.' }),
        sha256: Type.Array(Type.String({ pattern: '^[0-9a-f]{16}$' }), { maxItems: 16 }),
      },
      {
        description:
          'The first eight bytes of the sha256 of all bytes before each place, so that it can be seen between which places some are missing.',
      },
    ),
  ),
  returns: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'Carriage returns before a newline that were passed on twice and are counted once: containerd takes one of them away.',
    }),
  ),
  exitCode: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Of the command itself; absent when a signal ended it.' }),
  ),
  signal: Type.Optional(Type.String({ description: 'Name of the signal that ended the command, such as SIGSEGV.' })),
  timedOut: Type.Optional(
    Type.Boolean({ description: 'True when it was ended because it still ran at its time limit.' }),
  ),
  startError: Type.Optional(Type.String({ description: 'Why the command could not be started; then it never ran.' })),
  endedAt: Type.Number({ description: 'When the command itself ended, Unix time in milliseconds.' }),
  drainMs: Type.Number({ description: 'From the end of the command until the pipe had no writer and was empty.' }),
  lingerMs: Type.Optional(
    Type.Number({ description: 'How long the container then stayed, so that the runtime could write all of the log.' }),
  ),
  lateWriters: Type.Optional(
    Type.Boolean({ description: 'True when something still held the pipe at the bound of the drain.' }),
  ),
  lateWriterNames: Type.Optional(
    Type.Array(Type.String(), { description: 'Its name and process id, such as `sleep (12)`; five at most.' }),
  ),
});
export type Seal = Static<typeof SealSchema>;

/**
 * What a spool holds: all that the helper had read, kept on a volume that outlives the container, and counted by the sidecar that gives it out.
 * When the container was killed as a whole, so that no seal came, it is the second witness; with `error` it is none.
 */
export const SpoolSchema = Type.Object({
  v: Type.Literal(1),
  from: Type.Optional(
    Type.Integer({ minimum: 0, description: 'The first byte that can still be had: the newest are kept.' }),
  ),
  bytes: Type.Optional(Type.Integer({ minimum: 0, description: 'Bytes that the helper had read of the command.' })),
  lines: Type.Optional(Type.Integer({ minimum: 0 })),
  sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of all of them, in order.' })),
  error: Type.Optional(Type.String({ description: 'Why it does not hold all of them.' })),
});
export type Spool = Static<typeof SpoolSchema>;
