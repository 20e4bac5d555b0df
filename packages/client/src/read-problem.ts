import { defined, Failure, FAILURES, type FailureCode, type Problem, parseRetryAfter } from '@lacuna/contracts';

/** Most characters of a foreign answer (a proxy's page, say) that are shown to a person. */
const SHOWN = 120;

/** The failure that an error answer stands for. An answer that is no problem document of ours says so, with its first words. */
export function readProblem(url: string, status: number, headers: Headers, text: string): Failure {
  const details = defined({ retryAfterMs: parseRetryAfter(headers.get('retry-after'), Date.now()) });
  const body = parseObject(text);
  if (typeof body?.['code'] === 'string' && typeof body['detail'] === 'string') {
    return new Failure(knownCode(body['code'], status), body['detail'], {
      ...details,
      problems: problemsOf(body['problems']),
    });
  }
  const words = text.trim().replace(/\s+/g, ' ').slice(0, SHOWN);
  const said = `${url} answered ${status}, but not as Lacuna does${words === '' ? '' : `: ${words}`}`;
  return new Failure(codeOfStatus(status), said, details);
}

/** A newer server may know codes that this client does not; the status still says what to do. */
function knownCode(code: string, status: number): FailureCode {
  return Object.hasOwn(FAILURES, code) ? (code as FailureCode) : codeOfStatus(status);
}

function codeOfStatus(status: number): FailureCode {
  if (status === 429 || status === 502 || status === 503 || status === 504) return 'overloaded';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'not-found';
  return status < 500 ? 'invalid-query' : 'bug';
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function problemsOf(value: unknown): Problem[] {
  return Array.isArray(value) ? value.filter(isProblem) : [];
}

function isProblem(value: unknown): value is Problem {
  const { where, message } = (value ?? {}) as Partial<Problem>;
  return typeof where === 'string' && typeof message === 'string';
}
