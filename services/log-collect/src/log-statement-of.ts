import type { LogCause, LogGap, LogStatement } from '@lacuna/contracts';
import type { Witness } from './container-end.ts';
import type { LogEvidence, LogRead } from './log-evidence.ts';
import { lostPlaces, suspected, tailCause } from './lost-places.ts';

type Parts = Omit<LogStatement, 'bytes' | 'lines' | 'sha256' | 'tried'>;

/**
 * The statement that closes a log. The seal is a second witness that did not travel with the log: equality is proof, a difference is the exact
 * number of bytes lost (invariant I4: never `sealed` when one byte differs, never a silent loss).
 */
export function logStatementOf(read: LogRead, evidence: LogEvidence): LogStatement {
  const { bytes, lines, sha256 } = read.stored();
  const parts = withRemedy(partsOf(read, evidence), evidence);
  const { restored } = evidence;
  return { bytes, lines, sha256, tried: [...evidence.tried], ...(restored && { restored }), ...parts };
}

/** Losses that lossless mode is for: what left the helper and never came here, or was not yet counted when it was killed. */
const KEPT: readonly (LogCause | undefined)[] = [
  'rotation',
  'rotated',
  'unseen',
  'opened-late',
  'dropped-by-runtime',
  'dropped-by-reader',
  'source-failed',
  'altered',
  'killed',
];

/** Whoever reads what is lost learns that it need not be, or why the spool could not help. */
function withRemedy(parts: Parts, { couldBeKept, notRestored }: LogEvidence): Parts {
  if (parts.reason === undefined || parts.state === 'sealed' || parts.state === 'none') return parts;
  if (notRestored !== undefined)
    return { ...parts, reason: `${parts.reason}; the spool could not help: ${notRestored}` };
  if (!couldBeKept || !KEPT.includes(parts.cause)) return parts;
  return {
    ...parts,
    reason: `${parts.reason}; lossless: true would have kept ${parts.cause === 'killed' ? 'and sealed what was read' : 'these bytes'}`,
  };
}

/** What the proof rests on when the log is not byte for byte what the helper's own seal counted. */
function sealed({ end }: LogEvidence, bytes: number, proof: 'bytes' | 'records'): Parts {
  if (proof === 'records')
    return {
      state: 'sealed',
      sealedBy: proof,
      reason: `all that was written to stdout (${counted(end.seal?.streams?.stdout.bytes ?? 0)}) and stderr (${counted(end.seal?.streams?.stderr.bytes ?? 0)}) is there; their lines are in the order in which the runtime wrote them`,
    };
  if (end.sealedBy === undefined) return { state: 'sealed' };
  const reason = `the container was killed before it could write its seal (${end.words}): these are the ${counted(bytes)} that its helper had read by then, counted by the spool`;
  return { state: 'sealed', sealedBy: end.sealedBy, reason };
}

function partsOf(read: LogRead, evidence: LogEvidence): Parts {
  const { seal } = evidence.end;
  const whole = read.whole();
  const over = overBudget(read, Math.max(whole.bytes, seal?.bytes ?? 0));
  if (seal === undefined)
    return over === undefined ? unsealed(read, evidence) : withWordsOf(over, unsealed(read, evidence));
  const sealedBytes = seal.bytes;
  const proof = read.proof(seal);
  if (proof !== undefined) return { ...(over ?? sealed(evidence, seal.bytes, proof)), sealedBytes };
  if (whole.bytes < seal.bytes) return { ...(over ?? truncated(read, seal.bytes, evidence)), sealedBytes };
  const mismatch: Parts = {
    state: 'mismatch',
    cause: 'altered',
    ...gapsOf([...suspected(read, evidence), ...(over?.gaps?.slice(-1) ?? [])]),
    reason: `the log does not match its seal: ${difference(whole.bytes, seal)}`,
  };
  return { ...withWordsOf(mismatch, over), sealedBytes };
}

/** A statement with the words of another one behind it: a budget is never a silent cap, and hides nothing else either. */
function withWordsOf(parts: Parts, more: Parts | undefined): Parts {
  return more === undefined ? parts : { ...parts, reason: `${parts.reason}; ${more.reason}` };
}

/** How a log differs from its seal that is not shorter. */
function difference(bytes: number, { bytes: written, streams, returns }: Witness): string {
  const more = bytes - written;
  if (more > 0 && more === returns)
    return `${counted(more)} more than the program had written: the runtime keeps the carriage returns that containerd takes away; set LACUNA_RUNTIME=other`;
  if (more > 0) return `${counted(more)} more than the program had written`;
  return streams === undefined
    ? 'the same number of bytes, but not the same bytes'
    : 'the same number of bytes, but not the same lines; stdout and stderr were passed on apart, and a runtime may have mixed their lines';
}

/** More was read than may be stored. `total`: how long the log is. */
function overBudget(read: LogRead, total: number): Parts | undefined {
  const { bytes } = read.stored();
  if (read.whole().bytes <= bytes) return undefined;
  const dropped = total - bytes;
  return {
    state: 'truncated',
    cause: 'policy',
    lost: { from: bytes, to: total },
    gaps: [...read.gaps.filter(({ at }) => at < bytes), { at: bytes, bytes: dropped, cause: 'policy' }],
    reason: `truncated by policy, ${counted(dropped)} dropped: the log is longer than its budget of ${counted(bytes)}`,
  };
}

function truncated(read: LogRead, sealedBytes: number, evidence: LogEvidence): Parts {
  const missing = sealedBytes - read.whole().bytes;
  const gaps = lostPlaces(read, evidence);
  const [only] = gaps;
  if (gaps.length > 1 || only === undefined)
    return {
      state: 'truncated',
      cause: only?.cause ?? 'source-failed',
      ...gapsOf(gaps),
      reason: `${counted(missing)} of ${counted(sealedBytes)} lost behind one or more of the bytes ${gaps.map(({ at }) => grouped(at)).join(', ')}; ${why(only?.cause, evidence)}`,
    };
  if (only.until !== undefined)
    return {
      state: 'truncated',
      cause: only.cause,
      ...gapsOf([{ ...only, bytes: missing }]),
      reason: `${grouped(missing)} of ${grouped(sealedBytes)} bytes lost between byte ${grouped(only.at)} and byte ${grouped(only.until)}; ${why(only.cause, evidence)}`,
    };
  return {
    state: 'truncated',
    cause: only.cause,
    lost: { from: only.at, to: only.at + missing },
    ...gapsOf([{ ...only, bytes: missing }]),
    reason: `log cut after byte ${grouped(only.at)}: ${grouped(missing)} of ${grouped(sealedBytes)} bytes lost; ${why(only.cause, evidence)}`,
  };
}

function unsealed(read: LogRead, evidence: LogEvidence): Parts {
  const { end, failure, isExhausted } = evidence;
  const { bytes } = read.whole();
  const noSeal = `no seal came with the end of the container (${end.words})`;
  if (bytes === 0 && failure !== undefined)
    return { state: 'none', cause: failure.cause, reason: `${noSeal}; ${why(failure.cause, evidence)}` };
  const inside = suspected(read, evidence);
  const isCut = failure !== undefined || !isExhausted;
  const places = [...inside, ...(isCut ? [{ at: bytes, cause: tailCause(evidence) }] : [])];
  const sentences = [
    noSeal,
    ...places.map((gap) => `bytes may be missing behind byte ${grouped(gap.at)}: ${why(gap.cause, evidence)}`),
    ...(places.length === 0 ? ['two reads after the end agree, which is no proof'] : []),
  ];
  const cause = failure?.cause ?? inside[0]?.cause ?? end.cause;
  return { state: 'unsealed', cause, ...gapsOf(places), reason: sentences.join('; ') };
}

function why(cause: LogCause | undefined, { failure }: LogEvidence): string {
  switch (cause) {
    case 'rotation':
      return 'the log was rotated away before it could be read';
    case 'rotated':
      return 'the log was rotated there, and whether all before it was read cannot be seen';
    case 'unseen':
      return 'nothing that the cluster served showed where';
    case 'opened-late':
      return 'its first byte was read when the beginning could have been rotated away';
    case 'dropped-by-runtime':
      return 'dropped by the runtime: every re-read ends at the same byte';
    case 'dropped-by-reader':
      return 'dropped by the reader: the last re-read still had more';
    case 'source-gone':
      return `the cluster has no log: ${failure?.why ?? ''}`;
    default:
      return `the log could not be read to its end: ${failure?.why ?? 'no reason known'}`;
  }
}

function gapsOf(gaps: readonly LogGap[]): Pick<LogStatement, 'gaps'> {
  return gaps.length === 0 ? {} : { gaps: [...gaps] };
}

function counted(bytes: number): string {
  return `${grouped(bytes)} bytes`;
}

/** Groups of three, for people who compare byte counts. */
function grouped(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ');
}
