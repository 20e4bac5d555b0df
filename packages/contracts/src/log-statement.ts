import { Type, type Static } from 'typebox';

/** How much can be said about a captured log. Only `sealed` is proof. */
export const LOG_STATES = ['sealed', 'unsealed', 'truncated', 'mismatch', 'none'] as const;
export type LogState = (typeof LOG_STATES)[number];

/** Why a log is not proven whole, or where bytes of it are missing. Each is told apart from the others by what was read, never guessed. */
const LOG_CAUSES = {
  'no-seal': 'nothing sealed the log, so it cannot be known to be complete',
  killed: 'the container was killed before its seal could be written',
  evicted: 'the pod was evicted or preempted before its seal could be written',
  deleted: 'the pod was deleted before its seal could be written',
  'node-gone': 'the node is lost, and what it had not sent with it',
  rotation: 'the kubelet rotated the log while nobody could read it, and serves the current file only',
  rotated: 'the kubelet rotated the log there, and whether all before it was read cannot be seen',
  unseen:
    'bytes are missing there, and nothing that the cluster served showed it: such as a file of the log that was skipped, or a line that a rotation cut',
  'opened-late': 'the first byte was read when the beginning of the log could have been rotated away already',
  'dropped-by-runtime':
    'every read after the end gives the same bytes, fewer than the program wrote: the rest never reached the log',
  'dropped-by-reader': 'reads after the end still gave more bytes when they had to stop',
  'source-gone': 'the cluster has no log of the container any more',
  'source-failed': 'the log could not be read to its end',
  altered: 'the log is not what the program wrote',
  policy: 'the log is longer than its budget',
} as const;
export type LogCause = keyof typeof LOG_CAUSES;

const cause = Type.Enum(Object.keys(LOG_CAUSES) as LogCause[]);

/** A place in the stored bytes behind which bytes of the container are missing. */
const LogGapSchema = Type.Object({
  at: Type.Integer({ minimum: 0, description: 'Bytes stored before the place.' }),
  until: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'The place is not known better than between `at` and this byte of what was written.',
    }),
  ),
  bytes: Type.Optional(
    Type.Integer({ minimum: 1, description: 'How many are missing; absent when that is not known.' }),
  ),
  cause,
});
export type LogGap = Static<typeof LogGapSchema>;

/**
 * The statement that closes a log.
 * - `sealed`: bytes and sha256 equal the seal; of two streams, bytes and the sum of all records (`sealedBy`).
 * - `unsealed`: no seal came; at best two final reads agreed, which is weaker.
 * - `truncated`: fewer bytes than the seal counted, or than the budget allows to store; `lost` and `gaps` name them.
 * - `mismatch`: as many or more bytes than the seal counted, but not the same ones.
 * - `none`: the container never started, or nothing could be read at all; `reason` says which.
 */
export const LogStatementSchema = Type.Object({
  state: Type.Enum([...LOG_STATES]),
  bytes: Type.Integer({ minimum: 0 }),
  lines: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  sealedBytes: Type.Optional(Type.Integer({ minimum: 0, description: 'What the seal counted, when there was one.' })),
  cause: Type.Optional(cause),
  lost: Type.Optional(
    Type.Object(
      { from: Type.Integer(), to: Type.Integer() },
      { description: 'The one byte range that is lost of what the program wrote: [from, to). Several are in `gaps`.' },
    ),
  ),
  gaps: Type.Optional(
    Type.Array(LogGapSchema, {
      maxItems: 100,
      description: 'Every place where bytes are missing; without a seal, where they may be missing.',
    }),
  ),
  reason: Type.Optional(
    Type.String({
      description: 'Why the log is not sealed, or what its seal rests on when the helper wrote none; for people.',
    }),
  ),
  sealedBy: Type.Optional(
    Type.Enum(['spool', 'records'], {
      description:
        'spool: the container was killed before it could write its seal; the log is all that its helper had read by then, counted by the spool. records: stdout and stderr were passed on apart; every line of both is there, in an order that is the runtime’s.',
    }),
  ),
  restored: Type.Optional(
    Type.Object(
      { from: Type.Integer({ minimum: 0 }), to: Type.Integer({ minimum: 0 }) },
      {
        description:
          'Bytes that came from the spool, because the log of the container lacked some of them: [from, to).',
      },
    ),
  ),
  tried: Type.Array(Type.String(), { description: 'What was tried to get the rest, in order.' }),
});
export type LogStatement = Static<typeof LogStatementSchema>;
