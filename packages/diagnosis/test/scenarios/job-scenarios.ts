import { Story } from '@lacuna/contracts/testing';
import { diagnosisOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { ALL_READ, without, queued, created, warned, delayed, late } from './situations.ts';

const refused = (cause: 'denied' | 'name-collision' | 'spec-lost', message: string): Story =>
  queued().after(10).tell('job-refused', { cause, message });

/** One for each cause of `rules/job-rules.ts`. */
export const JOB_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'api-throttled': {
    ranksFirst: () => diagnosisOf(delayed('throttled', '429 Too Many Requests: priority level exhausted').after(900)),
    nearMiss: () => diagnosisOf(delayed('unavailable', 'connect ECONNREFUSED').after(900)),
  },
  'api-unavailable': {
    ranksFirst: () => diagnosisOf(late({ unavailable: 19_000 })),
    nearMiss: () => diagnosisOf(late({ throttled: 19_000 })),
  },
  quota: {
    ranksFirst: () => diagnosisOf(warned(created(), 'FailedCreate', 'exceeded quota: team').after(61_000)),
    nearMiss: () => diagnosisOf(warned(created(), 'FailedCreate', 'violates PodSecurity "restricted"').after(61_000)),
  },
  'admission-denied': {
    ranksFirst: () => diagnosisOf(warned(created(), 'FailedCreate', 'violates PodSecurity "restricted"').after(5_000)),
    nearMiss: () => diagnosisOf(warned(created(), 'FailedCreate', 'exceeded quota: team').after(5_000)),
  },
  'name-collision': {
    ranksFirst: () => diagnosisOf(refused('name-collision', 'the name is taken by another Job')),
    nearMiss: () => diagnosisOf(refused('denied', 'forbidden by policy')),
  },
  'spec-lost': {
    ranksFirst: () => diagnosisOf(refused('spec-lost', 'the env values are not there')),
    nearMiss: () => diagnosisOf(refused('name-collision', 'the name is taken')),
  },
  'no-job': {
    ranksFirst: () => {
      const slot = queued()
        .after(20)
        .tell('dispatch-delayed', { cause: 'capacity', detail: 'all slots in use', slotAt: Story.T0 + 15 });
      return diagnosisOf(slot.after(12_000), { readers: without('dispatch') });
    },
    nearMiss: () => diagnosisOf(delayed('throttled', '429').after(12_000), { readers: ALL_READ }),
  },
  'creation-limited': {
    ranksFirst: () => diagnosisOf(delayed('client', 'at most 2 create requests at a time').after(900)),
    nearMiss: () => diagnosisOf(delayed('throttled', '429').after(900)),
  },
};
