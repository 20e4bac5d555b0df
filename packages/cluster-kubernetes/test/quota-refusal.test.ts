import { expect, test } from 'vitest';
import { quotaRefusal } from '../src/quota-refusal.ts';

test.each([
  ['pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5', 'full'],
  ['exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0', 'too-small'],
  [
    'exceeded quota: q, requested: limits.memory=1Gi,pods=1, used: limits.memory=0,pods=0, limited: limits.memory=512Mi,pods=9',
    'too-small',
  ],
  ['exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=1800m, limited: requests.cpu=2', 'full'],
  ['failed quota: q: must specify limits.cpu for: main', undefined],
  ['pods "x" is forbidden: violates PodSecurity "restricted:latest"', undefined],
  ['', undefined],
])('of %j is %s', (message, expected) => {
  expect(quotaRefusal(message)).toBe(expected);
});
