import type { EvaluationPage, EvaluationView } from '@lacuna/contracts';
import { describe, expect, test } from 'vitest';
import { ApiServer } from './support/api-server.ts';
import { lacuna } from './support/run-lacuna.ts';
import { cutLog, passed } from './support/stories.ts';
import { idOf, settledView, viewOf } from './support/views.ts';

describe('lacuna list', () => {
  test('prints a table with whole ids where no terminal cuts it', async () => {
    await using server = await ApiServer.start(viewOf({ id: idOf(1) }), cutLog());
    const { code, stdout } = await lacuna(['list'], server);
    const [head, ...lines] = stdout.toString().trimEnd().split('\n');
    expect(code).toBe(0);
    expect(head).toMatch(/^ID +NAME +STATE +AGE +TOOK +WHY$/);
    expect(lines[0]).toMatch(new RegExp(`^${idOf(1)} +integration +… running `));
    expect(lines[1]).toMatch(/\? incomplete .* 17 of 25; the log ends 1 787 bytes before its seal; 1 finding$/);
  });

  test('passes its filters on, over as many pages as it takes', async () => {
    const views = Array.from({ length: 130 }, (_, i) => viewOf({ id: idOf(i) }));
    await using server = await ApiServer.start(...views);
    const args = [
      'list',
      '--json',
      '--phase',
      'running',
      '--label',
      'a=b',
      '--label',
      'c=d',
      '--name',
      'it',
      '--since',
      '2026-11-23T20:00Z',
      '--limit',
      '120',
    ];
    const { stdout } = await lacuna(args, server);
    expect((JSON.parse(stdout.toString()) as EvaluationPage).items.map(({ id }) => id)).toEqual(
      views.slice(0, 120).map(({ id }) => id),
    );
    const asked = server.seen.map(({ query }) => query.toString());
    const filters = 'phase=running&label=a%3Db&label=c%3Dd&name=it&since=2026-11-23T20%3A00%3A00.000Z&limit=100';
    expect(asked).toEqual([filters, `${filters}&cursor=100`]);
  });

  test.for([
    [[], 'no evaluations yet; submit one with: lacuna submit -- true\n'],
    [['--since', '10m'], 'no evaluation matches\n'],
  ] as const)('of nothing, with %j, leaves stdout empty and says so', async ([args, said]) => {
    await using server = await ApiServer.start();
    const { code, stdout, stderr } = await lacuna(['list', ...args], server);
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 0, stdout: '', stderr: said });
  });
});

describe('lacuna status', () => {
  test('shows the evaluation that was submitted last', async () => {
    await using server = await ApiServer.start(passed());
    const { code, stdout } = await lacuna(['status', '@latest', '--no-color'], server);
    expect(code).toBe(0);
    expect(stdout.toString()).toContain('✔ container.run     10.3s');
  });

  test('finds an evaluation by the first characters of its id', async () => {
    await using server = await ApiServer.start(viewOf({ id: idOf(1) }), passed());
    const { stdout } = await lacuna(['status', 'EV-07', '--json'], server);
    expect((JSON.parse(stdout.toString()) as EvaluationView).id).toBe(idOf(7));
  });

  test('asks for more characters when several fit', async () => {
    await using server = await ApiServer.start(viewOf({ id: idOf(1) }), passed());
    const { code, stderr } = await lacuna(['status', 'ev-0'], server);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `lacuna: ev-0 fits 2 evaluations: ${idOf(1)} (integration), ${idOf(7)} (integration); give more characters\n`,
    );
  });

  test.for([
    ['ev-zz', /none of the newest evaluations has an id that begins with ev-zz; see lacuna list/],
    [idOf(9), /there is no evaluation ev-/],
    ['../x', /"\.\.\/x" is no evaluation id; give one such as/],
  ] as const)('of %s says that there is none', async ([id, message]) => {
    await using server = await ApiServer.start(passed());
    const { code, stderr } = await lacuna(['status', id], server);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('before anything was submitted says how to submit', async () => {
    await using server = await ApiServer.start();
    const { code, stderr } = await lacuna(['status', '@latest'], server);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'lacuna: there is no evaluation yet; submit one with: lacuna submit -- true\n',
    });
  });
});

describe('lacuna cancel', () => {
  test('asks for the cancellation, with the reason', async () => {
    await using server = await ApiServer.start(viewOf());
    const { code, stdout } = await lacuna(['cancel', '@latest', '--reason', 'wrong branch & more'], server);
    expect(code).toBe(0);
    expect(stdout.toString()).toContain(`cancellation of ${idOf(7)} requested`);
    const asked = server.seen.find(({ method }) => method === 'DELETE');
    expect(asked?.path).toBe(`/v1/evaluations/${idOf(7)}`);
    expect(asked?.query.get('reason')).toBe('wrong branch & more');
  });

  test('of what is settled says that there is nothing to cancel', async () => {
    await using server = await ApiServer.start(settledView('passed'));
    const { code, stderr } = await lacuna(['cancel', idOf(7), '--json'], server);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ status: 409, code: 'already-settled' });
  });
});
