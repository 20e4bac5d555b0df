import { expect, it } from 'vitest';
import { Metrics } from '../src/index.ts';

it('shows every known combination of labels with 0 before anything has happened', () => {
  const metrics = new Metrics();
  metrics.counter('lacuna_settled_total', 'Evaluations settled.', { verdict: ['passed', 'failed'], attempt: ['1'] });
  expect(metrics.text()).toBe(
    [
      '# HELP lacuna_settled_total Evaluations settled.',
      '# TYPE lacuna_settled_total counter',
      'lacuna_settled_total{attempt="1",verdict="passed"} 0',
      'lacuna_settled_total{attempt="1",verdict="failed"} 0',
      '',
    ].join('\n'),
  );
});

it('counts, and reads what is asked for', () => {
  const metrics = new Metrics();
  const settled = metrics.counter('settled_total', 'Settled.', { verdict: ['passed', 'failed'] });
  settled.add({ verdict: 'passed' });
  settled.add({ verdict: 'passed' }, 2);
  metrics.observe('queue', 'Queued.', () => 3);
  expect(samplesOf(metrics)).toEqual([
    'settled_total{verdict="passed"} 3',
    'settled_total{verdict="failed"} 0',
    'queue 3',
  ]);
});

it('takes values that are not known beforehand for an open label', () => {
  const metrics = new Metrics();
  metrics.counter('answers_total', 'Answers.', { code: [] }).add({ code: '404' });
  expect(samplesOf(metrics)).toEqual(['answers_total{code="404"} 1']);
});

it('escapes what would break the text format', () => {
  const metrics = new Metrics();
  metrics.counter('x', 'two\nlines \\', { path: [] }).add({ path: 'a"b\\c\nd' });
  expect(metrics.text()).toBe('# HELP x two\\nlines \\\\\n# TYPE x counter\nx{path="a\\"b\\\\c\\nd"} 1\n');
});

it('is shared by services of one process, unless they mean different things', () => {
  const metrics = new Metrics();
  metrics.counter('published_total', 'Published.', { type: ['settled'] }).add({ type: 'settled' });
  metrics.counter('published_total', 'Published.', { type: ['settled'] }).add({ type: 'settled' });
  expect(samplesOf(metrics)).toEqual(['published_total{type="settled"} 2']);
  expect(() => metrics.observe('published_total', 'Published.', () => 0)).toThrow('published_total');
});

function samplesOf(metrics: Metrics): string[] {
  return metrics
    .text()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}
