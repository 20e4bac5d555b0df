import { describe, expect, test } from 'vitest';
import { Versions } from '../src/versions.ts';

const object = (uid: string, resourceVersion: string) => ({ metadata: { uid, resourceVersion } });
const bookmark = (resourceVersion: string) => ({ metadata: { resourceVersion } });

describe('W10: what is older than what was seen', () => {
  test('is no news, by number and not by text', () => {
    const versions = new Versions();
    expect(versions.isNews(object('a', '99'))).toBe(true);
    expect(versions.isNews(object('a', '100'))).toBe(true);
    expect(versions.isNews(object('a', '99'))).toBe(false);
    expect(versions.isNews(object('b', '99'))).toBe(true);
  });

  test('as a listing is not believed, until the server insists', () => {
    const versions = new Versions();
    versions.take([object('a', '50')], '50');
    versions.isNews(bookmark('60'));
    expect([versions.isStale('59'), versions.isStale('59'), versions.isStale('59')]).toEqual([true, true, false]);
    expect(versions.take([object('a', '40')], '59')).toBe(0);
    expect(versions.isStale('59')).toBe(false);
  });
});

test('what is no number can only be the same or another, and is never older', () => {
  const versions = new Versions();
  expect(versions.isNews(object('a', 'v2'))).toBe(true);
  expect(versions.isNews(object('a', 'v1'))).toBe(true);
  versions.take([object('a', '5')], '5');
  expect([versions.isNews(object('a', 'x')), versions.isStale('x'), versions.isNews(bookmark('1'))]).toEqual([
    true,
    false,
    true,
  ]);
});

test('an object that was deleted may come again with any version; one that a listing has, only with a newer one', () => {
  const versions = new Versions();
  versions.isNews(object('a', '9'));
  versions.forget('a');
  expect(versions.isNews(object('a', '5'))).toBe(true);
  versions.take([object('b', '20')], '30');
  expect([
    versions.isNews(object('b', '19')),
    versions.isNews(object('b', '20')),
    versions.isNews(object('a', '5')),
  ]).toEqual([false, true, true]);
});

test('a listing that is believed begins the count of stale ones anew', () => {
  const versions = new Versions();
  versions.take([], '60');
  expect([versions.isStale('59'), versions.isStale('59')]).toEqual([true, true]);
  expect(versions.isStale('61')).toBe(false);
  versions.take([], '61');
  expect([versions.isStale('59'), versions.isStale('59'), versions.isStale('59')]).toEqual([true, true, false]);
});

describe('W12: an event that the watch lost is counted at the next listing', () => {
  test('when the watch went past it', () => {
    const versions = new Versions();
    versions.take([object('a', '10'), object('b', '11')], '12');
    versions.isNews(object('b', '20'));
    versions.isNews(bookmark('30'));
    expect(versions.take([object('a', '25'), object('b', '20'), object('c', '29')], '40')).toBe(2);
  });

  test('and not when it came after what the watch told last', () => {
    const versions = new Versions();
    versions.take([object('a', '10')], '12');
    expect(versions.take([object('a', '13'), object('new', '14')], '15')).toBe(0);
  });
});
