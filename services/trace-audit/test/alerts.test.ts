import { createHmac } from 'node:crypto';
import { fact, traceIdOf } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { alertOf, ALERTING_FACTS } from '../src/alert-of.ts';
import { alertmanagerAlert } from '../src/alertmanager.ts';
import { webhookBody, webhookSignature } from '../src/webhook.ts';

const raised = fact(
  'finding-raised',
  { evaluation: testId(), at: 1_000 },
  { stage: 'pod.create', cause: 'missing', reason: 'FailedCreate: quota', since: 0, notOwed: [] },
);
const cleared = fact(
  'finding-cleared',
  { evaluation: testId(), at: 2_000 },
  { stage: 'pod.create', cause: 'missing', evidence: 'it came late' },
);
const BASES = { publicUrl: 'http://lacuna', jaegerUrl: 'http://jaeger' };

test('an orphan in the cluster is an alert about the cluster, resolved when it is gone', () => {
  const orphan = (state: 'found' | 'gone') =>
    fact(
      'orphan',
      { evaluation: testId(), at: 1_000 },
      { object: 'job', uid: 'u', objectName: 'ev-x-a1', state, why: 'unaccepted', message: 'nobody accepted it' },
    );
  const [found, gone] = [orphan('found'), orphan('gone')].map((told) => alertOf(told, 'name', BASES));
  const one = { key: 'orphan/u', stage: 'cluster', cause: 'orphan-unaccepted' };
  expect(found).toMatchObject({ ...one, status: 'raised', reason: 'job ev-x-a1: nobody accepted it' });
  expect(gone).toMatchObject({ ...one, status: 'resolved' });
});

test('a closed log that is stuck is an alert about the archive, resolved when it is over', () => {
  const stuck = (state: 'stuck' | 'over', why: string) =>
    fact('log-stuck', { evaluation: testId(), at: 1_000 }, { podUid: 'pod-1', state, since: 900, why });
  const [first, last] = [stuck('stuck', 's3://logs/ answered 503'), stuck('over', 'done')].map((told) =>
    alertOf(told, 'name', BASES),
  );
  const one = { key: 'log-stuck/pod-1/900', stage: 'log-archive', cause: 'log-stuck' };
  expect(first).toMatchObject({ ...one, status: 'raised', reason: 's3://logs/ answered 503' });
  expect(last).toMatchObject({ ...one, status: 'resolved' });
});

describe('an alert', () => {
  test('has one key from raising to resolving', () => {
    expect(alertOf(raised, 'suite', {}).key).toBe(alertOf(cleared, 'suite', {}).key);
    expect(alertOf(cleared, 'suite', {}).status).toBe('resolved');
  });

  test('says all that is known, raised and resolved', () => {
    const about = { v: 1, key: `${testId()}/1/pod.create/missing`, evaluation: testId(), attempt: 1, name: 'suite' };
    const broken = { ...about, stage: 'pod.create', cause: 'missing', traceId: traceIdOf(testId()), links: {} };
    expect(alertOf(raised, 'suite', {})).toEqual({
      ...broken,
      status: 'raised',
      reason: 'FailedCreate: quota',
      at: 1_000,
    });
    expect(alertOf(cleared, 'suite', {})).toEqual({ ...broken, status: 'resolved', reason: 'it came late', at: 2_000 });
    expect(ALERTING_FACTS).toEqual(['finding-raised', 'finding-cleared', 'orphan', 'log-stuck']);
  });

  test('reaches Alertmanager and a webhook with all that it says', () => {
    const alert = alertOf(raised, 'suite', BASES);
    const labels = {
      alertname: 'LacunaSpanIncomplete',
      key: alert.key,
      evaluation: testId(),
      attempt: '1',
      stage: 'pod.create',
      cause: 'missing',
      name: 'suite',
    };
    const annotations = {
      summary: 'pod.create missing in suite',
      description: 'FailedCreate: quota',
      trace_id: alert.traceId,
      trace: `http://jaeger/trace/${alert.traceId}`,
    };
    const generatorURL = `http://lacuna/v1/evaluations/${testId()}`;
    const firing = {
      labels,
      annotations,
      startsAt: '1970-01-01T00:00:01.000Z',
      endsAt: '1971-01-01T00:00:01.000Z',
      generatorURL,
    };
    expect(alertmanagerAlert(alert)).toEqual(firing);
    expect(JSON.parse(webhookBody(alert))).toEqual({
      version: '4',
      groupKey: alert.key,
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'lacuna',
      groupLabels: { alertname: 'LacunaSpanIncomplete' },
      commonLabels: labels,
      commonAnnotations: annotations,
      externalURL: generatorURL,
      alerts: [{ ...firing, status: 'firing', fingerprint: alert.key }],
    });
    const over = alertOf(cleared, 'suite', {});
    const { trace: _trace, ...words } = { ...annotations, description: 'it came late' };
    const resolved = { labels, annotations: words, endsAt: '1970-01-01T00:00:02.000Z' };
    expect(alertmanagerAlert(over)).toEqual(resolved);
    expect(JSON.parse(webhookBody(over))).toMatchObject({
      status: 'resolved',
      externalURL: '',
      alerts: [{ ...resolved, status: 'resolved' }],
    });
  });

  test('says what is broken, why, and where to look', () => {
    expect(alertOf(raised, 'suite', BASES)).toMatchObject({
      stage: 'pod.create',
      reason: 'FailedCreate: quota',
      links: {
        self: `http://lacuna/v1/evaluations/${testId()}`,
        trace: expect.stringMatching(/^http:\/\/jaeger\/trace\/[0-9a-f]{32}$/),
      },
    });
  });

  test('keeps its labels in Alertmanager, and never resolves there by time', () => {
    const firing = alertmanagerAlert(alertOf(raised, 'suite', BASES)) as {
      labels: object;
      startsAt: string;
      endsAt: string;
    };
    const resolved = alertmanagerAlert(alertOf(cleared, 'suite', BASES)) as { labels: object; endsAt: string };
    expect(resolved.labels).toEqual(firing.labels);
    expect(Date.parse(firing.endsAt) - Date.parse(firing.startsAt)).toBeGreaterThan(300 * 86_400_000);
    expect(Date.parse(resolved.endsAt)).toBe(2_000);
  });

  test('of one orphan is not that of another of the same evaluation', () => {
    const labelsOf = (object: 'job' | 'pod', uid: string): object => {
      const data = { object, uid, objectName: uid, state: 'found', why: 'unaccepted', message: 'm' } as const;
      const alert = alertOf(fact('orphan', { evaluation: testId(), at: 1_000 }, data), 'suite', {});
      return (alertmanagerAlert(alert) as { labels: object }).labels;
    };
    expect(labelsOf('job', 'a')).not.toEqual(labelsOf('pod', 'b'));
    expect(labelsOf('job', 'a')).toEqual(labelsOf('job', 'a'));
  });

  test("is posted to a webhook in Alertmanager's own form, signed over time and body", () => {
    const body = webhookBody(alertOf(raised, 'suite', BASES));
    expect(JSON.parse(body)).toMatchObject({
      version: '4',
      status: 'firing',
      alerts: [{ status: 'firing', labels: { stage: 'pod.create' } }],
    });
    const signature = webhookSignature(body, 'key', 7);
    expect(signature).toBe(`t=7,v1=${createHmac('sha256', 'key').update(`7.${body}`).digest('hex')}`);
  });
});
