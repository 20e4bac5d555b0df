import { createHash } from 'node:crypto';
import { defined, type LogStatement, type Seal } from '@lacuna/contracts';
import type { ContainerEnd } from '../../src/container-end.ts';
import { LogAccount } from '../../src/log-account.ts';
import type { LogEvidence } from '../../src/log-evidence.ts';
import { logStatementOf } from '../../src/log-statement-of.ts';

/** What the helper would say of these bytes. */
export function sealOf(bytes: Uint8Array): Seal {
  const lines = bytes.filter((byte) => byte === 10).length;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { v: 1, bytes: bytes.length, lines, sha256, endedAt: 0, drainMs: 0 };
}

/** What was captured. */
export function accountOf(bytes: Uint8Array, budget?: number): LogAccount {
  const account = new LogAccount({ report: 'none', ...defined({ budgetBytes: budget }) });
  account.count(bytes);
  return account;
}

/** In good order; only the seal is not there. */
export const ENDED: ContainerEnd = { kind: 'ended', words: 'Completed, exit code 0', cause: 'no-seal' };

/** The statement about what was captured, in good order but for what is told. */
export function statementOf(account: LogAccount, seal?: Seal, evidence: Partial<LogEvidence> = {}): LogStatement {
  const end = { ...ENDED, ...defined({ seal }) };
  return logStatementOf(account, {
    tried: [],
    isExhausted: true,
    isOpenedLate: false,
    couldBeKept: false,
    firstLoss: undefined,
    end,
    ...evidence,
  });
}
