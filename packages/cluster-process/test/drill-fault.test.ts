import { expect, test } from 'vitest';
import { drillFault } from '../src/agent/drill-fault.ts';

test.each([
  ['no-pod', { kind: 'no-pod' }],
  ['slow-pod:1500', { kind: 'slow-pod', ms: 1_500 }],
  ['api-429:3', { kind: 'api-429', times: 3 }],
  ['cut-log:0', { kind: 'cut-log', bytes: 0 }],
])('the label %s asks for its fault', (label, fault) => {
  expect(drillFault({ 'lacuna.fault': label }, true)).toEqual(fault);
});

test.each(['', 'no-pod:1', 'slow-pod', 'slow-pod:-1', 'slow-pod:1e3', 'cut-log:9999999999', 'lost'])(
  'the label "%s" asks for none',
  (label) => {
    expect(drillFault({ 'lacuna.fault': label }, true)).toMatchObject({ kind: 'ignored' });
  },
);

test('a request without the label has none, and none is played where faults are not allowed', () => {
  expect(drillFault({ suite: 'e2e' }, true)).toEqual({ kind: 'none' });
  expect(drillFault({ 'lacuna.fault': 'no-pod' }, false)).toMatchObject({ kind: 'ignored' });
});
