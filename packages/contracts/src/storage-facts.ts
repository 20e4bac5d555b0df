import type { FactType } from './catalog.ts';

/**
 * Where a closed log is kept. It changes neither stages nor verdict nor any row of a list, and may come months after them: who folds all
 * facts may leave these out, and need not read a settled evaluation again for them.
 */
export const STORAGE_FACTS: ReadonlySet<FactType> = new Set(['log-archived', 'log-removed', 'log-stuck']);
