import { SUBJECTS } from './subjects.ts';

/** What a stream must look like; applied at start and checked for drift (N23 of the reliability study). Durations in milliseconds. */
export interface StreamContract {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly means: string;
  /** One message per subject for ever: a publish is idempotent beyond any duplicate window. */
  readonly oncePerSubject: boolean;
  readonly retention: 'limits' | 'workqueue';
  readonly maxAgeMs?: number;
  /** Window in which a repeated `Nats-Msg-Id` is not stored again. */
  readonly duplicateWindowMs: number;
}

export const STREAMS = {
  facts: {
    name: 'LACUNA_FACTS',
    subjects: [SUBJECTS.allFacts],
    means: 'The truth: one immutable message per fact; one record for all facts of an evaluation that is long settled.',
    oncePerSubject: true,
    retention: 'limits',
    duplicateWindowMs: 1_000,
  },
  logs: {
    name: 'LACUNA_LOGS',
    subjects: [SUBJECTS.allLogs],
    means:
      'The bytes of logs in chunks of at most 768 KiB, packed with zstd where that is worth it; one subject per container.',
    oncePerSubject: false,
    retention: 'limits',
    duplicateWindowMs: 1_000,
  },
  env: {
    name: 'LACUNA_ENV',
    subjects: [SUBJECTS.allEnv],
    means: 'Env values of open evaluations; deleted when these are settled, or after an hour when they belong to none.',
    oncePerSubject: true,
    retention: 'limits',
    duplicateWindowMs: 1_000,
  },
  intake: {
    name: 'LACUNA_INTAKE',
    subjects: [SUBJECTS.intake],
    means: 'Durable fire-and-forget submissions, removed once accepted or refused.',
    oncePerSubject: false,
    retention: 'workqueue',
    duplicateWindowMs: 120_000,
  },
  alerts: {
    name: 'LACUNA_ALERTS',
    subjects: [SUBJECTS.allAlerts],
    means: 'Alerts raised and resolved.',
    oncePerSubject: false,
    retention: 'limits',
    maxAgeMs: 30 * 86_400_000,
    duplicateWindowMs: 86_400_000,
  },
  dead: {
    name: 'LACUNA_DEAD',
    subjects: [SUBJECTS.allDead],
    means: 'What could not be understood, with the reason; of a refused submission without the env values.',
    oncePerSubject: false,
    retention: 'limits',
    duplicateWindowMs: 120_000,
  },
} as const satisfies Record<string, StreamContract>;

/**
 * Chunks of a log are at most this long. Each waits for the disk once, so long ones are fast; and with its headers each has to stay
 * within the 1 MiB that a NATS server allows a message by default.
 */
export const MAX_CHUNK_BYTES = 768 * 1024;
