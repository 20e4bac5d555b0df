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
  ['exceeded quota: q, requested: x=1, used: x=0, limited: other=0', 'full'],
  ['failed quota: q: must specify limits.cpu for: main', undefined],
  ['pods "x" is forbidden: violates PodSecurity "restricted:latest"', undefined],
  ['', undefined],
])('of %j is %s', (message, expected) => {
  expect(quotaRefusal(message)).toBe(expected);
});

test.each([
  ['1', '1', 'full'],
  ['1500m', '1', 'too-small'],
  ['1001u', '1m', 'too-small'],
  ['1001n', '1u', 'too-small'],
  ['999n', '1u', 'full'],
  ['1001', '1k', 'too-small'],
  ['1001k', '1M', 'too-small'],
  ['1001M', '1G', 'too-small'],
  ['1001G', '1T', 'too-small'],
  ['1001T', '1P', 'too-small'],
  ['1001P', '1E', 'too-small'],
  ['999P', '1E', 'full'],
  ['1025', '1Ki', 'too-small'],
  ['1000', '1Ki', 'full'],
  ['1025Ki', '1Mi', 'too-small'],
  ['1025Mi', '1Gi', 'too-small'],
  ['1025Gi', '1Ti', 'too-small'],
  ['1025Ti', '1Pi', 'too-small'],
  ['1025Pi', '1Ei', 'too-small'],
  ['1023Pi', '1Ei', 'full'],
  ['1e3', '999', 'too-small'],
  // Nothing is known of it: waiting has its own end.
  ['1Zi', '1', 'full'],
  ['odd', '1', 'full'],
])('of %s where %s is the limit is %s', (asked, limit, said) => {
  expect(quotaRefusal(`exceeded quota: q, requested: x=${asked}, used: x=0, limited: x=${limit}`)).toBe(said);
});
