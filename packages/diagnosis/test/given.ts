import type { DiagnosisView } from '@lacuna/contracts';
import type { Story } from '@lacuna/contracts/testing';
import { decide, fold, join, type Evaluation } from '@lacuna/lifecycle';
import { diagnose, LogScanner, type LogSignals, type Surroundings } from '../src/index.ts';

/** What an auditor would have made of the story by now: findings and verdict included. */
export function audited(story: Story, now: number = story.now): Evaluation {
  let evaluation = fold(story.id, story.facts);
  for (let facts = decide(evaluation, now); facts.length > 0; facts = decide(evaluation, now))
    for (const fact of facts) evaluation = join(evaluation, { fact, storedAt: now });
  return evaluation;
}

/** The diagnosis of a story at its own time, as the auditor has judged it. */
export function diagnosisOf(story: Story, surroundings: Partial<Surroundings> = {}): DiagnosisView {
  const found = diagnose(audited(story), { now: story.now, ...surroundings });
  if (found === undefined) throw new Error('the story was never submitted');
  return found;
}

/** The signals of a log of these lines. */
export function logOf(...lines: readonly string[]): LogSignals {
  const scanner = new LogScanner();
  scanner.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
  return scanner.end();
}
