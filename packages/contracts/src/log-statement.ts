import { Type, type Static } from 'typebox';

/** How much can be said about a captured log. Only `sealed` is proof. */
export const LOG_STATES = ['sealed', 'unsealed', 'truncated', 'mismatch', 'none'] as const;
export type LogState = (typeof LOG_STATES)[number];

/**
 * The statement that closes a log.
 * - `sealed`: bytes and sha256 equal the seal.
 * - `unsealed`: no seal came; two final reads agreed, which is weaker.
 * - `truncated`: fewer bytes than the seal counted; `lost` names the range.
 * - `mismatch`: as many or more bytes than the seal counted, but not the same ones.
 * - `none`: the container never started, or nothing could be read at all; `reason` says which.
 */
export const LogStatementSchema = Type.Object({
  state: Type.Enum([...LOG_STATES]),
  bytes: Type.Integer({ minimum: 0 }),
  lines: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  sealedBytes: Type.Optional(Type.Integer({ minimum: 0, description: 'What the seal counted, when there was one.' })),
  lost: Type.Optional(
    Type.Object(
      { from: Type.Integer(), to: Type.Integer() },
      { description: 'Byte range known to be lost: [from, to).' },
    ),
  ),
  reason: Type.Optional(Type.String({ description: 'Why the log is not sealed, for people.' })),
  tried: Type.Array(Type.String(), { description: 'What was tried to get the rest, in order.' }),
});
export type LogStatement = Static<typeof LogStatementSchema>;
