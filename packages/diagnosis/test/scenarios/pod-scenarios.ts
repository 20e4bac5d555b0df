import { Story } from '@lacuna/contracts/testing';
import { STORIES } from '@lacuna/lifecycle/testing';
import { diagnosisOf, logOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { created, withPod, onNode, failed, warned, waiting, overlap } from './situations.ts';

/** One for each cause of `rules/pod-rules.ts`. */
export const POD_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'job-changed': {
    ranksFirst: () =>
      diagnosisOf(
        warned(new Story().running(), 'Suspended', 'somebody suspended the Job').tell('pod-gone', {
          podUid: 'pod-1',
          cause: 'deleted',
          message: 'the pod was deleted from outside',
        }),
      ),
    // What was changed and broke nothing.
    nearMiss: () => diagnosisOf(warned(new Story().running(), 'ParallelismChanged', 'somebody set it to 2')),
  },
  'controller-silent': {
    ranksFirst: () => diagnosisOf(created().after(20_000)),
    nearMiss: () => diagnosisOf(warned(created(), 'FailedCreate', 'exceeded quota: team').after(20_000)),
  },
  'pod-late': {
    ranksFirst: () => {
      const story = created().after(45_000).podCreated().podScheduled().started();
      return diagnosisOf(
        story.tell('finding-raised', {
          stage: 'pod.create',
          cause: 'missing',
          reason: 'no pod for the Job',
          since: Story.T0 + 10,
          notOwed: [],
        }),
      );
    },
    nearMiss: () => diagnosisOf(new Story().running()),
  },
  unschedulable: {
    ranksFirst: () =>
      diagnosisOf(
        withPod()
          .tell('pod-unschedulable', { podUid: 'pod-1', message: '0/3 nodes are available: 3 Insufficient cpu.' })
          .after(10_000),
      ),
    nearMiss: () => diagnosisOf(withPod().after(10_000)),
  },
  'scheduler-silent': {
    ranksFirst: () => diagnosisOf(withPod().after(10_000)),
    nearMiss: () => diagnosisOf(warned(withPod(), 'FailedScheduling', '0/3 nodes are available', 'pod').after(10_000)),
  },
  image: {
    ranksFirst: () => diagnosisOf(waiting('ImagePullBackOff', 'Back-off pulling image "nope:1"')),
    nearMiss: () => diagnosisOf(waiting('CreateContainerConfigError', 'secret "token" not found')),
  },
  'config-error': {
    ranksFirst: () => diagnosisOf(waiting('CreateContainerConfigError', 'secret "token" not found')),
    nearMiss: () => diagnosisOf(waiting('ErrImagePull', 'not found')),
  },
  'start-error': {
    ranksFirst: () => diagnosisOf(STORIES.startError()),
    nearMiss: () => diagnosisOf(failed(127), { log: logOf('sh: nope: not found') }),
  },
  'refused-by-node': {
    ranksFirst: () =>
      diagnosisOf(
        onNode().tell('container-ended', {
          pod: 'p',
          podUid: 'pod-1',
          reason: 'OutOfcpu',
          message: "Pod was rejected: Node didn't have enough resource: cpu",
        }),
      ),
    nearMiss: () => diagnosisOf(STORIES.startError()),
  },
  'start-interrupted': {
    ranksFirst: () =>
      diagnosisOf(
        onNode().tell('container-ended', {
          pod: 'p',
          podUid: 'pod-1',
          reason: 'StartInterrupted',
          message: 'failed to create containerd task: failed to create shim task: context canceled: unknown',
        }),
      ),
    nearMiss: () => diagnosisOf(STORIES.startError()),
  },
  'start-silent': {
    ranksFirst: () => diagnosisOf(onNode().after(30_000)),
    nearMiss: () => diagnosisOf(waiting('ImagePullBackOff', 'Back-off pulling image').after(30_000)),
  },
  'node-pressure': {
    ranksFirst: () =>
      diagnosisOf(
        withPod().tell('pod-unschedulable', {
          podUid: 'pod-1',
          message: '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }.',
        }),
        { overlap },
      ),
    nearMiss: () =>
      diagnosisOf(withPod().tell('pod-unschedulable', { podUid: 'pod-1', message: '0/1 nodes: Insufficient memory' })),
  },
};
