import { factDefinition, type Fact, type FactType } from './catalog.ts';
import type { EnvPlace } from './env-place.ts';
import { isEvaluationId, type EvaluationId } from './evaluation-id.ts';

/** Every subject Lacuna uses is built and parsed here and nowhere else. */
export const SUBJECTS = {
  /** Request/reply intake. */
  submit: 'lacuna.submit.v1',
  /** Durable fire-and-forget intake. */
  intake: 'lacuna.intake.v1',
  allFacts: 'lacuna.evaluation.>',
  allRecords: 'lacuna.evaluation.*.record',
  allLogs: 'lacuna.log.>',
  allEnv: 'lacuna.env.>',
  allDead: 'lacuna.dead.>',
  allAlerts: 'lacuna.alert.>',
  allCdEvents: 'lacuna.cdevents.>',
} as const;

/** `lacuna.evaluation.<id>.<attempt>.<fact>[.<qualifier>…]`: one subject, hence one message, per fact. */
export function factSubject(fact: Fact): string {
  const definition = factDefinition(fact.type);
  if (definition === undefined) throw new RangeError(`no such fact: ${fact.type}`);
  const qualifier = definition.qualifier(fact.data as never).map(subjectToken);
  return [evaluationPrefix(fact.evaluation), fact.attempt, fact.type, ...qualifier].join('.');
}

/** The subject of the fact by which an evaluation was accepted: there is one. */
export function submittedSubject(id: EvaluationId): string {
  return `${evaluationPrefix(id)}.1.submitted`;
}

/** The subject of the verdict of an evaluation: there is one. */
export function settledSubject(id: EvaluationId): string {
  return `${evaluationPrefix(id)}.1.settled`;
}

/** Where the facts of a settled evaluation are kept as one record, once nothing more is owed: there is one. */
export function recordSubject(id: EvaluationId): string {
  return `${evaluationPrefix(id)}.record`;
}

/** The evaluation whose record a subject names; undefined when it names none. */
export function parseRecordSubject(subject: string): EvaluationId | undefined {
  const [root, kind, id, record, ...rest] = subject.split('.');
  const isRecord = root === 'lacuna' && kind === 'evaluation' && record === 'record' && rest.length === 0;
  return isRecord && id !== undefined && isEvaluationId(id) ? id : undefined;
}

/** Facts of which there is one per pod, and the pod's uid is all that tells them apart. */
export type PodFactType =
  | 'pod-scheduled'
  | 'container-started'
  | 'container-ended'
  | 'pod-gone'
  | 'log-closed'
  | 'report-read'
  | 'log-archived'
  | 'log-removed';

/** The subject of a fact about one pod, to look it up or to wait for it. */
export function podFactSubject(
  type: PodFactType,
  pod: { readonly evaluation: EvaluationId; readonly attempt: number; readonly podUid: string },
): string {
  return [evaluationPrefix(pod.evaluation), pod.attempt, type, subjectToken(pod.podUid)].join('.');
}

/** Subject filter of all facts of one evaluation, and of their record. */
export function evaluationSubjects(id: EvaluationId): string {
  return `${evaluationPrefix(id)}.>`;
}

/** Subject filters that match every fact of one type, with and without qualifiers. */
export function factTypeSubjects(type: FactType): string[] {
  const qualified = (factDefinition(type)?.qualifier.length ?? 0) > 0;
  return [qualified ? `lacuna.evaluation.*.*.${type}.>` : `lacuna.evaluation.*.*.${type}`];
}

/** The evaluation and fact type that a subject names; undefined when it is not a fact's subject. */
export function parseFactSubject(
  subject: string,
): { readonly evaluation: EvaluationId; readonly attempt: number; readonly type: string } | undefined {
  const [root, kind, id, attempt, type] = subject.split('.');
  if (root !== 'lacuna' || kind !== 'evaluation' || id === undefined || type === undefined || !isEvaluationId(id))
    return undefined;
  return { evaluation: id, attempt: Number(attempt), type };
}

/** Log chunks of one container: `lacuna.log.<id>.<attempt>.<pod uid>`. */
export function logSubject(id: EvaluationId, attempt: number, podUid: string): string {
  return `lacuna.log.${id}.${attempt}.${subjectToken(podUid)}`;
}

/** Whose log a subject names, the pod by its token; undefined when it is not a log's subject. */
export function parseLogSubject(
  subject: string,
): { readonly evaluation: EvaluationId; readonly attempt: number; readonly pod: string } | undefined {
  const [root, kind, id, attempt, pod, more] = subject.split('.');
  if (
    root !== 'lacuna' ||
    kind !== 'log' ||
    id === undefined ||
    pod === undefined ||
    more !== undefined ||
    !isEvaluationId(id)
  )
    return undefined;
  return { evaluation: id, attempt: Number(attempt), pod };
}

/** Env values of one submission; `*` = of all that were sent under its id. */
export function envSubject({ evaluation, ref }: EnvPlace): string {
  return `lacuna.env.${evaluation}.${ref}`;
}

/** Whose env values a subject names; undefined when it names none. */
export function parseEnvSubject(subject: string): EnvPlace | undefined {
  const [root, kind, id, ref, more] = subject.split('.');
  if (root !== 'lacuna' || kind !== 'env' || id === undefined || ref === undefined || more !== undefined)
    return undefined;
  return isEvaluationId(id) ? { evaluation: id, ref } : undefined;
}

/** `lacuna.cdevents.<subject>.<predicate>` of a type such as `dev.cdevents.testsuiterun.started.0.3.0`. */
export function cdEventSubject(type: string): string {
  const [, , subject, predicate] = type.split('.');
  return `lacuna.cdevents.${subject}.${predicate}`;
}

/** Where an alert about a stage is published: `lacuna.alert.<stage>`, the dots of the stage kept. */
export function alertSubject(stage: string): string {
  return `lacuna.alert.${stage}`;
}

/** What could not be understood, by the service that met it; the name of its process, `lacuna-<service>`, is the same. */
export function deadSubject(service: string): string {
  return `lacuna.dead.${subjectToken(service.replace(/^lacuna-/, ''))}`;
}

function evaluationPrefix(id: EvaluationId): string {
  return `lacuna.evaluation.${id}`;
}

/** Makes any text one valid subject token; what NATS does not allow becomes `_`. */
export function subjectToken(text: string): string {
  return text.replace(/[^A-Za-z0-9_=/-]/g, '_') || '_';
}
