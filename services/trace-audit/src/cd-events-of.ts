import {
  CD_EVENT_TYPES,
  CDEVENTS_VERSION,
  defined,
  traceIdOf,
  type CdEvent,
  type CdEventKind,
  type CdOutcome,
  type Fact,
  type FactOf,
  type Verdict,
} from '@lacuna/contracts';
import { latestAttempt, primaryPod, type Evaluation } from '@lacuna/lifecycle';

/** Facts that are told as CDEvents. */
export const TOLD_AS_CD_EVENTS = ['submitted', 'container-started', 'settled'] as const;

interface CdEventOrigin {
  /** URI reference of this installation. */
  readonly source: string;
  /** Id of the environment in which the evaluations run. */
  readonly environment: string;
}

/** `error`: neither the program's success nor its failure is proven. */
const OUTCOMES: Readonly<Record<Verdict, CdOutcome>> = {
  passed: 'success',
  failed: 'failure',
  cancelled: 'cancel',
  error: 'error',
  timed_out: 'error',
  incomplete: 'error',
};

type Content = Omit<CdEvent['subject']['content'], 'environment'>;

/**
 * What a fact means in the vocabulary of CDEvents: an evaluation is a test suite run. Of its tests those are told that a report names:
 * each that failed or could not be judged, from start to finish, and each that was still in flight, which is started and never finished.
 * Their true start is not known; it is given as that of the suite.
 */
export function cdEventsOf(told: Fact, evaluation: Evaluation, origin: CdEventOrigin): CdEvent[] {
  const name = evaluation.submitted?.data.spec.name ?? told.evaluation;
  const testSuite = { id: name, name };
  const event = teller(told, origin);
  switch (told.type) {
    case 'submitted':
      return [event('testsuiterun.queued', { testSuite }, {})];
    case 'container-started':
      // A new attempt is the same run of the suite, which has begun already.
      return told.attempt === 1 ? [event('testsuiterun.started', { testSuite }, {})] : [];
    case 'settled':
      return [...testCases(told, evaluation, event, origin), finished(told, testSuite, event)];
    default:
      return [];
  }
}

type Tell = (kind: CdEventKind, content: Content, more: { readonly about?: string; readonly at?: number }) => CdEvent;

function teller(told: Fact, { source, environment }: CdEventOrigin): Tell {
  return (kind, content, { about, at = told.at }) => {
    const id = about === undefined ? told.evaluation : `${told.evaluation}/${about}`;
    return {
      context: {
        specversion: CDEVENTS_VERSION,
        id: `${id}/${kind}`,
        source,
        type: CD_EVENT_TYPES[kind],
        timestamp: new Date(at).toISOString(),
      },
      subject: { id, source, content: { environment: { id: environment }, ...content } },
    };
  };
}

function finished(told: FactOf<'settled'>, testSuite: Content['testSuite'] & {}, event: Tell): CdEvent {
  const { verdict, reason, evidence } = told.data;
  const { tests } = evidence;
  return {
    ...event('testsuiterun.finished', { testSuite, outcome: OUTCOMES[verdict], reason }, {}),
    customData: { verdict, traceId: traceIdOf(told.evaluation), ...defined({ tests }) },
    customDataContentType: 'application/json',
  };
}

function testCases(told: Fact, evaluation: Evaluation, event: Tell, { source }: CdEventOrigin): CdEvent[] {
  const pod = primaryPod(latestAttempt(evaluation));
  const { failures = [], inFlight = [] } = pod?.report?.data.report ?? {};
  const testSuiteRun = { id: told.evaluation, source };
  const tell = (kind: CdEventKind, name: string, outcome?: CdOutcome): CdEvent => {
    const at = kind === 'testcaserun.started' ? pod?.started?.at : pod?.ended?.at;
    const content = { testSuiteRun, testCase: { id: name, name }, ...defined({ outcome }) };
    return event(kind, content, { about: name, ...defined({ at }) });
  };
  return [
    ...failures.flatMap((name) => [tell('testcaserun.started', name), tell('testcaserun.finished', name, 'failure')]),
    ...inFlight.map((name) => tell('testcaserun.started', name)),
  ];
}
