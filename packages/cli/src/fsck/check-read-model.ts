import type { Client } from '@lacuna/client';
import type { EvaluationId, EvaluationSummary, EvaluationView } from '@lacuna/contracts';
import { viewOf, type Evaluation } from '@lacuna/lifecycle';
import type { Difference } from './difference.ts';

const PAGE = 500;
const NO_LINKS = { self: '', log: '', events: '', trace: '' };
const COMPARED = ['name', 'phase', 'verdict', 'reason', 'tests'] as const;

/** Rows of `GET /v1/evaluations` that are missing, too many, or not as the facts have them. */
export async function checkReadModel(
  client: Pick<Client, 'list'>,
  evaluations: ReadonlyMap<EvaluationId, Evaluation>,
  signal: AbortSignal,
): Promise<Difference[]> {
  const listed = new Map<EvaluationId, EvaluationSummary>();
  for await (const { items } of client.list({ limit: PAGE, signal }))
    for (const item of items) listed.set(item.id, item);
  const differences: Difference[] = [];
  const found = (evaluation: EvaluationId, what: string): void =>
    void differences.push({ store: 'read model', evaluation, what });
  for (const [id, evaluation] of evaluations) {
    const view = viewOf(evaluation, NO_LINKS);
    const row = listed.get(id);
    if (view === undefined) continue;
    if (row === undefined) found(id, 'it is not listed');
    else for (const what of unlike(view, row)) found(id, what);
  }
  for (const id of listed.keys())
    if (evaluations.get(id)?.submitted === undefined) found(id, 'it is listed, and no fact says that it was submitted');
  return differences;
}

function unlike(view: EvaluationView, row: EvaluationSummary): string[] {
  const fields = COMPARED.filter((field) => saidIn(field, view) !== saidIn(field, row));
  const words = fields.map(
    (field) => `${field} is listed as ${shown(row[field])}, by the facts it is ${shown(view[field])}`,
  );
  const findings = view.findings.length;
  return row.findings === findings
    ? words
    : [...words, `${row.findings} findings are listed, by the facts there are ${findings}`];
}

/** What test results came to is put into words when the row is written: a newer Lacuna may find others for the same figures. */
function saidIn(
  field: (typeof COMPARED)[number],
  said: Pick<EvaluationSummary, (typeof COMPARED)[number]>,
): string | undefined {
  return field === 'tests' ? said.tests?.match(/\d+/g)?.join(' ') : said[field];
}

function shown(value: string | undefined): string {
  return value === undefined ? 'none' : `"${value}"`;
}
