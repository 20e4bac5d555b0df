import { NoVerdict, ServerUnreachable } from '@lacuna/client';
import { EXIT_CODES, Failure, NO_VERDICT_EXIT_CODE, problemDetails } from '@lacuna/contracts';
import { INTERRUPTED_EXIT_CODE } from './interruption.ts';
import { printable } from './text/printable.ts';
import { USAGE_EXIT_CODE } from './usage-error.ts';

/** Prints an error: for people what, where and what to do; for programs as a problem document. Returns the exit code. */
export function reportError(error: unknown, { json }: { readonly json: boolean }): number {
  // Only Ctrl-C aborts by this name: what we give up by ourselves has words of its own.
  if (error instanceof Error && error.name === 'AbortError') return INTERRUPTED_EXIT_CODE;
  process.stderr.write(`${json ? JSON.stringify(problemOf(error)) : describe(error)}\n`);
  if (error instanceof NoVerdict) return NO_VERDICT_EXIT_CODE;
  const mistake = error instanceof Failure && error.disposition === 'rejected';
  return mistake ? USAGE_EXIT_CODE : EXIT_CODES.error;
}

/** What the server says of it is for whoever writes headers. */
const NO_TOKEN = 'lacuna: the server answers nobody without a valid token; give one by --token or LACUNA_TOKEN';

/** The problem document (RFC 9457) of any error. */
function problemOf(error: unknown): object {
  if (error instanceof Failure) return problemDetails(error);
  if (error instanceof ServerUnreachable) {
    const title = 'No server answers.';
    return { type: 'https://lacuna.dev/problems/unreachable', title, code: 'unreachable', detail: error.message };
  }
  if (error instanceof NoVerdict) {
    const title = 'There is no verdict.';
    const { message: detail, stuck } = error;
    return {
      type: 'https://lacuna.dev/problems/no-verdict',
      title,
      code: 'no-verdict',
      detail,
      ...(stuck && { stuck }),
    };
  }
  return problemDetails(new Failure('bug', messageOf(error)));
}

function describe(error: unknown): string {
  if (error instanceof ServerUnreachable || error instanceof NoVerdict) return `lacuna: ${printable(error.message)}`;
  if (error instanceof Failure) return error.code === 'unauthorized' ? NO_TOKEN : describeFailure(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return `lacuna: this is a bug: ${messageOf(error)}${stack === undefined ? '' : `\n${stack}`}`;
}

/** A single problem stands in the line; several get a line each, because a person works them off one by one. */
function describeFailure({ message, problems, retryAfterMs }: Failure): string {
  const lines = problems.map(({ where, message: what }) => `  ${printable(`${where}: ${what}`)}`);
  const later = retryAfterMs === undefined ? '' : `; try again in ${Math.ceil(retryAfterMs / 1_000)} s`;
  if (lines.length < 2) return `lacuna: ${printable(message)}${later}`;
  return [`lacuna: ${lines.length} problems${later}`, ...lines].join('\n');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
