import { evaluationOfRun, runTraceIdOf, type RunPlace, type RunView } from '@lacuna/contracts';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSchema } from '../src/http/answer-schemas.ts';
import { call } from './support/call.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';

let submit: SubmitFixture;
beforeAll(async () => {
  submit = await startSubmit({ env: { LACUNA_JAEGER_URL: 'http://127.0.0.1:16686' } });
});
afterAll(() => submit[Symbol.asyncDispose]());

const RUN: RunPlace = { id: `run-${'7'.repeat(26)}`, suite: 'e2e', suites: ['e2e', 'unit', 'lint'] };

const submitted = async (run?: RunPlace): Promise<string> =>
  (await call(`${submit.url}/v1/evaluations`, { body: { command: ['true'], ...(run && { run }) } })).body.id;
const runOf = (id: string) => call<RunView>(`${submit.url}/v1/evaluations/${id}/run`);

describe('the run of an evaluation', () => {
  it('has its suites in order, whichever of them or of their repetitions is asked for; one that was never submitted is named', async () => {
    const unit = await submitted({ ...RUN, suite: 'unit' });
    const e2e = await submitted(RUN);
    const repetition = await submitted({ ...RUN, alone: 1 });
    const { status, body } = await runOf(repetition);
    expect(status).toBe(200);
    expect(Compile(runSchema).Errors(body)).toEqual([]);
    expect(body).toMatchObject({
      run: RUN.id,
      traceId: runTraceIdOf(RUN.id),
      suites: [
        {
          suite: 'e2e',
          view: { id: e2e, phase: 'queued', life: {} },
          repetitions: [{ id: repetition, phase: 'queued' }],
        },
        { suite: 'unit', view: { id: unit }, repetitions: [] },
        { suite: 'lint', repetitions: [] },
      ],
      links: { trace: `http://127.0.0.1:16686/trace/${runTraceIdOf(RUN.id)}` },
    });
    expect(body.suites[2]).not.toHaveProperty('view');
    expect((await runOf(unit)).body.suites.map(({ view }) => view?.id)).toEqual([e2e, unit, undefined]);
  });

  it('is not found for an evaluation that is of none, or that was never submitted', async () => {
    const id = await submitted();
    expect(await runOf(id)).toMatchObject({
      status: 404,
      body: { code: 'not-found', detail: `${id} is of no run: it was not submitted by lacuna run` },
    });
    expect(await runOf(evaluationOfRun({ ...RUN, suite: 'lint' }))).toMatchObject({ status: 404 });
  });
});
