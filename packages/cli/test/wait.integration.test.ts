import type { EvaluationView } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { ApiServer } from './support/api-server.ts';
import { lacuna, startLacuna } from './support/run-lacuna.ts';
import { idOf, settledView, viewOf } from './support/views.ts';

const [A, B, C] = [idOf(1), idOf(2), idOf(3)];

describe('lacuna wait', () => {
  test('for several prints each verdict as it comes, is quiet otherwise, and exits with the worst', async () => {
    await using server = await ApiServer.start(viewOf({ id: A }), viewOf({ id: B }), viewOf({ id: C }));
    await using waiting = startLacuna(['wait', A, B, C, A], server);
    const listeners = (): number => server.seen.filter(({ path }) => path.endsWith('/events')).length;
    await eventually('it listens to all three', () => listeners() === 3);
    for (const view of [
      settledView('failed', { id: B }),
      settledView('incomplete', { id: C }),
      settledView('passed', { id: A }),
    ])
      server.change(view);
    const { code, stdout, stderr } = await waiting.outcome;
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
    expect(stdout.toString().trimEnd().split('\n').sort()).toEqual([
      `? incomplete  integration  as incomplete as can be  4.2s  ${C}`,
      `✔ passed  integration  as passed as can be  4.2s  ${A}`,
      `✖ failed  integration  as failed as can be  4.2s  ${B}`,
    ]);
  });

  test('--json prints the evaluations, one a line', async () => {
    await using server = await ApiServer.start(settledView('passed', { id: A }), settledView('cancelled', { id: B }));
    const { code, stdout } = await lacuna(['wait', '--json', A, B], server);
    expect(code).toBe(6);
    const views = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as EvaluationView);
    expect(views.map(({ id, verdict }) => `${id} ${verdict}`).sort()).toEqual([`${A} passed`, `${B} cancelled`]);
  });

  test('for one that is not there fails at once, whatever the others do', async () => {
    await using server = await ApiServer.start(viewOf({ id: A }));
    const { code, stderr } = await lacuna(['wait', A, B], server);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `lacuna: there is no evaluation ${B}\n` });
  });

  test('leaves them running on Ctrl-C, and says how to cancel those that are not settled', async () => {
    await using server = await ApiServer.start(viewOf({ id: A }), settledView('passed', { id: B }));
    await using waiting = startLacuna(['wait', A, B], server);
    await eventually('it has read the one that runs', () =>
      [A, B].every((id) => server.seen.some(({ path }) => path === `/v1/evaluations/${id}`)),
    );
    await eventually('it has printed the verdict that is there', () => waiting.stdout().includes(B));
    waiting.child.kill('SIGINT');
    const { code, stderr } = await waiting.outcome;
    expect({ code, stderr }).toEqual({ code: 130, stderr: `${A} goes on; cancel it with: lacuna cancel ${A}\n` });
  });
});
