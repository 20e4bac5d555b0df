import { ATTRIBUTES, type ContractSpan, type Fact } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import { spansOf } from './spans.ts';

/**
 * The spans to export when a fact is handed out. Behind the verdict, with which all went out that was final, only what the fact adds: a trace store shows
 * a span twice that comes again with other contents, and another version of Lacuna may have other words for the rest.
 */
export function spansAddedBy({ type, data }: Fact, evaluation: Evaluation): ContractSpan[] {
  const isOver = evaluation.settled !== undefined;
  const having = (name: string, value?: unknown): ContractSpan[] =>
    spansOf(evaluation).filter(
      ({ attributes }) => name in attributes && attributes[name] === (value ?? attributes[name]),
    );
  switch (type) {
    case 'retry-ordered':
    case 'settled':
      return spansOf(evaluation);
    case 'finding-raised':
    case 'finding-cleared':
      return isOver ? having(ATTRIBUTES.stage, data.stage) : spansOf(evaluation);
    case 'cluster-warned':
      return isOver ? having(ATTRIBUTES.waitCause) : [];
    case 'compared-alone':
      return having(ATTRIBUTES.alone, data.time);
    default:
      return [];
  }
}
