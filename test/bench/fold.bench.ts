/** Folding facts: how many facts a second `join` takes, on one core, over evaluations of fourteen facts. */
import { join, unknownEvaluation } from '@lacuna/lifecycle';
import { Story, testId } from '@lacuna/contracts/testing';

const story = new Story(testId(7))
  .running()
  .after(500)
  .ended()
  .after(5)
  .logClosed()
  .reportRead({ passed: 25, collected: 25 });
const rounds = 100_000;

function run(): number {
  const begin = performance.now();
  for (let i = 0; i < rounds; i++) {
    let evaluation = unknownEvaluation(story.id);
    for (const told of story.facts) evaluation = join(evaluation, told);
    if (evaluation.submitted === undefined) throw new Error('nothing was folded');
  }
  return (rounds * story.facts.length) / ((performance.now() - begin) / 1_000);
}

run();
const rates = [run(), run(), run()].sort((a, b) => a - b);
console.log(`fold: ${Math.round(rates[1] ?? 0).toLocaleString('en-US')} facts/s (median of 3; target 200,000)`);
