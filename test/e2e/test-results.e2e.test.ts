import { dirname } from 'node:path';
import { eventually } from '@lacuna/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

let system: System;
beforeAll(async () => void (system = await startSystem({ env: { LACUNA_CDEVENTS: 'staging' } })));
afterAll(() => system[Symbol.asyncDispose]());

const JUNIT = (tests: number, cases: string): string => `<testsuite tests="${tests}">${cases}</testsuite>`;
const GOOD = '<testcase name="a"/><testcase name="b"/>';
const BAD = '<testcase name="a"/><testcase name="b"><failure/></testcase>';
const CTRF = { results: { summary: { tests: 1, passed: 1 }, tests: [{ name: 'a', status: 'passed' }] } };

describe('a report file', () => {
  test.for<[verdict: string, reason: string, report: string, content: string, rest: string]>([
    ['passed', '2 of 2, exit code 0, log sealed', 'junit:r.xml', JUNIT(2, GOOD), ''],
    ['failed', '1 passed, 1 failed of 2, exit code 1', 'junit:r.xml', JUNIT(2, BAD), '; exit 1'],
    ['passed', '1 of 1, exit code 0, log sealed', 'ctrf:r.xml', JSON.stringify(CTRF), ''],
    ['incomplete', '2 of 25, summary disagrees, 23 tests unaccounted', 'junit:r.xml', JUNIT(25, GOOD), ''],
    ['incomplete', 'not a JUnit XML file: its root is <html>, exit code 0', 'junit:r.xml', '<html/>', ''],
    [
      'incomplete',
      'there was no report file r.xml when the command had ended, exit code 3',
      'junit:r.xml',
      '',
      '; rm r.xml; exit 3',
    ],
  ])('makes the evaluation %s: %s', async ([verdict, reason, report, content, rest]) => {
    const { id } = await system.client.submit({
      command: ['sh', '-c', `printf %s "$CONTENT" > r.xml${rest}`],
      env: { CONTENT: content },
      workdir: dirname(system.clusterDir),
      report,
    });
    const view = await untilSettled(system.client, id);
    expect({ verdict: view.verdict, reason: view.reason }).toEqual({ verdict, reason });
  });
});

describe('an evaluation', () => {
  test('is told to those who collect CDEvents, as CloudEvents over NATS', async () => {
    const nats = await connect({ servers: system.nats.url });
    const received: { id: string; type: string | undefined; outcome: string | undefined }[] = [];
    nats.subscribe('lacuna.cdevents.testsuiterun.*', {
      callback: (_, message) => {
        const { subject } = message.json<{ subject: { id: string; content: { outcome?: string } } }>();
        received.push({ id: subject.id, type: message.headers?.get('ce-type'), outcome: subject.content.outcome });
      },
    });
    await nats.flush();
    const { id } = await system.client.submit({ command: ['true'] });
    const findAll = () => {
      const about = received.filter((event) => event.id === id);
      return about.length >= 3 && about;
    };
    const told = await eventually('all three events', findAll, { withinMs: 60_000 });
    // Each is told on its own, so they may overtake each other.
    expect(told.map(({ type, outcome }) => `${type} ${outcome ?? ''}`.trim()).toSorted()).toEqual([
      'dev.cdevents.testsuiterun.finished.0.3.0 success',
      'dev.cdevents.testsuiterun.queued.0.3.0',
      'dev.cdevents.testsuiterun.started.0.3.0',
    ]);
    await nats.close();
  });
});
