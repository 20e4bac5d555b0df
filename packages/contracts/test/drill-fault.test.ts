import { expect, test } from 'vitest';
import { parseFault } from '../src/index.ts';

test.each([
  ['no-pod', { kind: 'no-pod' }],
  ['slow-pod:1500', { kind: 'slow-pod', ms: 1_500 }],
  ['api-429:3', { kind: 'api-429', times: 3 }],
  ['cut-log:0', { kind: 'cut-log', bytes: 0 }],
])('the label %s asks for its fault', (label, fault) => {
  expect(parseFault(label)).toEqual(fault);
});

test.each(['', 'no-pod:1', 'slow-pod', 'slow-pod:-1', 'slow-pod:1e3', 'cut-log:9999999999', 'lost'])(
  'the label "%s" asks for none',
  (label) => {
    expect(parseFault(label)).toBeUndefined();
  },
);
