import type { Story } from '@lacuna/contracts/testing';

/** What k8s-watch tells of the pod of a story, which waits, while its Job is removed, as seen on a real node. */
export function tellRemoval(story: Story): Story {
  return story
    .tell('pod-gone', { podUid: 'pod-1', cause: 'deleted', message: 'the pod was deleted from outside' })
    .tell('container-ended', {
      pod: 'pod-1-name',
      podUid: 'pod-1',
      reason: 'Lost',
      message: 'it could not be located',
    });
}
