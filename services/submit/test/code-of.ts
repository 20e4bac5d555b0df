import type { Failure } from '@lacuna/contracts';

/** The code of the failure that something throws; `fine` when it throws none. */
export function codeOf(work: () => unknown): string {
  try {
    work();
    return 'fine';
  } catch (error) {
    return (error as Failure).code;
  }
}
