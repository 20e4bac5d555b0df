import {
  CATALOG,
  CLEAN_UP,
  deadSubject,
  factTypeSubjects,
  STREAMS,
  SUBJECTS,
  type StreamContract,
} from '@lacuna/contracts';
import { inboxPrefix } from './dial.ts';

/** What a NATS user may publish and subscribe to, in the server's own terms: what is not listed is refused. */
interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** May answer a request that it has received, wherever the asker wants the answer. */
  readonly allowResponses: boolean;
}

/** The NATS users of an installation: one for each service, one that makes the streams, one for those who submit over NATS, one for whoever checks. */
export type UserName =
  'submit' | 'dispatch' | 'k8s-watch' | 'log-collect' | 'trace-audit' | 'provision' | 'client' | 'fsck';

const { facts, logs, env, intake, alerts, dead } = STREAMS;

/**
 * The allow-lists, by user. The facts of a service are those that the catalog says it produces. Two things NATS cannot tell apart: the
 * passing consumers of a follower have random names, so whoever may follow a stream may also make and remove other consumers of it; and
 * `STREAM.MSG.GET` reads any message of its stream. Both hand out no more than the stream that the user reads anyhow; a consumer
 * that is lost starts from the beginning, and what it brings again is idempotent.
 */
export const PERMISSIONS: Readonly<Record<UserName, Permissions>> = {
  submit: serviceUser('submit', {
    publish: [
      ...reads(facts),
      ...follows(facts),
      // For a diagnosis: who else reads the facts, and keeps up.
      api('CONSUMER.LIST', facts.name),
      ...reads(logs),
      ...follows(logs),
      ...keepsEnv(),
      SUBJECTS.allEnv,
      ...works(intake, 'submit-intake'),
    ],
    subscribe: [SUBJECTS.submit, ...serves('lacuna')],
    allowResponses: true,
  }),
  dispatch: serviceUser('dispatch', {
    publish: [...reads(facts), ...follows(facts), ...keepsEnv(), ...works(facts, CLEAN_UP)],
  }),
  'k8s-watch': serviceUser('k8s-watch', {
    // A Job of a settled evaluation is an orphan only when dispatch is done with its removal.
    publish: [...reads(facts), ...follows(facts), api('CONSUMER.LIST', facts.name)],
  }),
  'log-collect': serviceUser('log-collect', {
    publish: [
      ...reads(facts),
      // The facts of one evaluation are read as a follower reads them.
      ...follows(facts),
      ...works(facts, 'log-collect'),
      ...reads(logs),
      ...follows(logs),
      SUBJECTS.allLogs,
      api('STREAM.MSG.DELETE', logs.name),
      // What was moved to the archive, or is kept no longer. NATS cannot tell one log from all.
      api('STREAM.PURGE', logs.name),
    ],
    // A capture waits for the end of its container.
    subscribe: (['container-ended', 'pod-gone'] as const).flatMap(factTypeSubjects),
  }),
  'trace-audit': serviceUser('trace-audit', {
    publish: [
      ...reads(facts),
      ...follows(facts),
      // Compacting: who is done with what, the record, and the removal of what it holds.
      api('CONSUMER.LIST', facts.name),
      SUBJECTS.allRecords,
      api('STREAM.MSG.DELETE', facts.name),
      // Of a suite that was repeated by itself: what its logs say it fought for.
      ...reads(logs),
      ...follows(logs),
      ...['export', 'alert-nats', 'alert-alertmanager', 'alert-webhook', 'cdevents'].flatMap((name) =>
        works(facts, `trace-audit-${name}`),
      ),
      SUBJECTS.allAlerts,
      SUBJECTS.allCdEvents,
    ],
  }),
  provision: {
    publish: allStreams().flatMap(({ name }) =>
      ['INFO', 'CREATE', 'UPDATE'].map((verb) => api(`STREAM.${verb}`, name)),
    ),
    subscribe: [ownInbox('provision')],
    allowResponses: false,
  },
  // What cannot be understood it puts aside, as everybody who meets it.
  fsck: serviceUser('fsck', {
    publish: [
      ...follows(facts),
      api('CONSUMER.LIST', facts.name),
      ...reads(logs),
      ...follows(logs),
      // Whose env values are kept, and for how long. NATS can't tell that from the values.
      api('STREAM.MSG.GET', env.name),
    ],
  }),
  client: {
    publish: [SUBJECTS.submit, SUBJECTS.intake, '$SRV.>'],
    subscribe: ['_INBOX.>', SUBJECTS.allFacts, SUBJECTS.allAlerts, SUBJECTS.allCdEvents],
    allowResponses: false,
  },
};

interface Needs {
  readonly publish: readonly string[];
  readonly subscribe?: readonly string[];
  readonly allowResponses?: boolean;
}

/** What every service needs, and what this one does besides. */
function serviceUser(name: UserName, { publish, subscribe = [], allowResponses = false }: Needs): Permissions {
  const produced = Object.values(CATALOG)
    .filter(({ producer }) => producer === name)
    .flatMap((definition) => factTypeSubjects(definition.name));
  return {
    publish: unique([
      // At its start it looks whether the streams are as they must be.
      ...allStreams().map((stream) => api('STREAM.INFO', stream.name)),
      ...produced,
      ...publish,
      deadSubject(name),
    ]),
    subscribe: unique([ownInbox(name), ...subscribe]),
    allowResponses,
  };
}

function ownInbox(name: UserName): string {
  return `${inboxPrefix(`lacuna-${name}`)}.>`;
}

function reads({ name }: StreamContract): string[] {
  return [api('STREAM.MSG.GET', name), api('DIRECT.GET', name)];
}

function follows({ name }: StreamContract): string[] {
  return ['CONSUMER.CREATE', 'CONSUMER.MSG.NEXT', 'CONSUMER.DELETE'].map((verb) => api(verb, `${name}.*`));
}

function works({ name }: StreamContract, consumer: string): string[] {
  return [
    ...['CONSUMER.CREATE', 'CONSUMER.MSG.NEXT'].map((verb) => api(verb, `${name}.${consumer}`)),
    `$JS.ACK.${name}.${consumer}.>`,
  ];
}

/** Reads and deletes secrets of evaluations; who may write them says so itself. */
function keepsEnv(): string[] {
  return [api('STREAM.MSG.GET', env.name), api('STREAM.MSG.DELETE', env.name)];
}

/** Where the NATS services API asks for what it shows: all services, all of a name, one of them. */
function serves(name: string): string[] {
  return ['PING', 'INFO', 'STATS'].flatMap((verb) => [
    `$SRV.${verb}`,
    `$SRV.${verb}.${name}`,
    `$SRV.${verb}.${name}.*`,
  ]);
}

function api(verb: string, target: string): string {
  return `$JS.API.${verb}.${target}`;
}

function allStreams(): StreamContract[] {
  return [facts, logs, env, intake, alerts, dead];
}

function unique(subjects: readonly string[]): string[] {
  return [...new Set(subjects)].sort();
}
