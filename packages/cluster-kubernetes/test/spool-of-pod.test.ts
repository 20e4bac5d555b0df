import { describe, expect, test } from 'vitest';
import type { ApiPod } from '../src/api-objects.ts';
import { keeperContainer } from '../src/keeper-container.ts';
import { snapshotOfPod } from '../src/snapshot-of-pod.ts';
import { apiPod, ran } from './objects.ts';

const SPOOL = { v: 1, from: 0, bytes: 3, lines: 1, sha256: 'a'.repeat(64) };

function podWith(wishes: Parameters<typeof keeperContainer>[0], message?: string): ApiPod {
  const { name, command = [] } = keeperContainer(wishes, '/.lacuna/seal', { name: 'main' });
  const terminated = { exitCode: 0, ...(message !== undefined && { message }) };
  const initContainerStatuses = [{ name, state: { terminated } }];
  const pod = apiPod({ phase: 'Failed', containerStatuses: ran(137, 'OOMKilled'), initContainerStatuses });
  return { ...pod, spec: { ...pod.spec, initContainers: [{ name, command }] } };
}

const spoolOf = (pod: ApiPod) => snapshotOfPod(pod)?.ended?.spool;

describe('the end of a container with a keeper', () => {
  test('tells what its spool is, by the termination message of the keeper', () => {
    expect(spoolOf(podWith({ spoolBytes: 1_000 }, JSON.stringify(SPOOL)))).toEqual(SPOOL);
    const error = { v: 1, error: 'the helper left no spool' };
    expect(spoolOf(podWith({ spoolBytes: 1_000 }, JSON.stringify(error)))).toEqual(error);
  });

  test.each([undefined, '', 'killed', '{"v":1', '{"v":1,"bytes":-1}'])(
    'tells that the spool is of no use when the keeper left %j as its last words',
    (message) => {
      expect(spoolOf(podWith({ spoolBytes: 1_000 }, message))).toEqual({ v: 1, error: expect.any(String) as string });
    },
  );

  test('tells of no spool where there was to be none', () => {
    expect(spoolOf(podWith({ reportFile: 'r.xml' }))).toBeUndefined();
    expect(spoolOf(apiPod({ phase: 'Failed', containerStatuses: ran(137, 'OOMKilled') }))).toBeUndefined();
  });
});
