import type { LogStatement } from '@lacuna/contracts';
import { printable } from '../text/printable.ts';
import { counted, grouped } from '../text/numbers.ts';

function restoredFrom({ restored }: LogStatement): string {
  return restored === undefined
    ? ''
    : `; ${counted(restored.to - restored.from, 'byte')} from byte ${grouped(restored.from)} came from the spool`;
}

/** What a log statement says, in one line: how much there is and what it proves, or what is lost and why. */
export function describeLog(statement: LogStatement): string {
  const { state, bytes, lines, sealedBytes, lost, reason } = statement;
  // The state is said in front of it.
  const why = reason === undefined ? '' : `: ${printable(reason.replace(/^truncated /, ''))}`;
  const size = `${counted(bytes, 'byte')}, ${counted(lines, 'line')}, sha256 ${statement.sha256}`;
  switch (state) {
    case 'sealed':
      return `sealed: ${size}${restoredFrom(statement)}${reason === undefined ? '' : `; ${printable(reason)}`}`;
    case 'unsealed':
      return `unsealed, so not proven complete${why}; ${size}`;
    case 'truncated': {
      const of = sealedBytes === undefined ? '' : ` of ${grouped(sealedBytes)}`;
      const gone = lost === undefined ? '' : `, lost ${grouped(lost.to - lost.from)} from byte ${grouped(lost.from)}`;
      return `truncated: ${grouped(bytes)}${of} bytes${gone}${why}`;
    }
    case 'mismatch': {
      const counts = sealedBytes === undefined ? '' : `, but the seal counted ${grouped(sealedBytes)}`;
      return `mismatch: ${counted(bytes, 'byte')}${counts}${why}`;
    }
    case 'none':
      return `none${why}`;
  }
}
