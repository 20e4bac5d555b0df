/**
 * What crosses a process boundary: facts, subjects, streams, the span contract, attribute names, errors and API shapes, all as data.
 * Everything else is derived from here. It does no I/O, reads no clock and knows no environment.
 */
export type { Alert } from './alert.ts';
export type {
  Accepted,
  AloneView,
  AttemptView,
  EvaluationPage,
  EvaluationSummary,
  EvaluationView,
  FindingView,
  LifeView,
  Links,
  RunView,
  StageOutcome,
  StageView,
} from './api.ts';
export { parseByteSize } from './byte-size.ts';
export { ATTRIBUTES } from './attributes.ts';
export { CATALOG, factDefinition, type Fact, type FactData, type FactOf, type FactType } from './catalog.ts';
export { CLEAN_UP } from './clean-up.ts';
export { CD_EVENT_TYPES, CDEVENTS_VERSION, type CdEvent, type CdEventKind, type CdOutcome } from './cd-event.ts';
export { type AloneOutcome } from './facts/compared-alone.ts';
export type { ContractAttribute, ContractSpan } from './contract-span.ts';
export {
  CONDITIONS,
  CONFIDENCES,
  type CauseCount,
  type CauseView,
  type Condition,
  type Confidence,
  type DiagnosisView,
  type RangeDiagnosisView,
  type ReaderState,
  type SharedTrait,
} from './diagnosis.ts';
export { defined } from './defined.ts';
export { FAULT_LABEL, parseFault, type DrillFault } from './drill-fault.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { parseRetryAfter, RETRY_AFTER_MS } from './retry-after.ts';
export { timeoutMsOf, timeoutOf } from './timeout.ts';
export { ENV_LEFT_AFTER_MS, envPlaceOf, type EnvPlace } from './env-place.ts';
export {
  EVALUATION_ID_PATTERN,
  evaluationIdForKey,
  evaluationIdFrom,
  isEvaluationId,
  type EvaluationId,
} from './evaluation-id.ts';
export {
  EvaluationSpecSchema,
  recordSpec,
  RETRY_CAUSES,
  SPEC_LIMITS,
  type EvaluationSpec,
  type RecordedSpec,
  type RetryCause,
} from './evaluation-spec.ts';
export { Failure, FAILURES, problemDetails, type FailureCode, type Problem, type ProblemDetails } from './failure.ts';
export { keptOfRefused } from './kept-of-refused.ts';
export type { KnownBy } from './fact.ts';
export { decodeFact, encodeFact, fact, sameFact } from './fact-codec.ts';
export {
  LOG_STATES,
  LogStatementSchema,
  type LogCause,
  type LogGap,
  type LogState,
  type LogStatement,
} from './log-statement.ts';
export { nearest } from './nearest.ts';
export { parseDeadlines } from './parse-deadlines.ts';
export { reportFileOf, type ReportFileSetting } from './report-setting.ts';
export { parseJsonBytes, parseSpec, parseSpecBytes } from './parse-spec.ts';
export { evaluationOfRun, evaluationsOfRun, runIdFrom, runSpanIdOf, runTraceIdOf, type RunPlace } from './run.ts';
export { SealSchema, SpoolSchema, type Seal, type SealedStreams, type Spool } from './seal.ts';
export {
  SPAN_CONTRACT,
  stageContract,
  STAGES,
  type Deadlines,
  type Stage,
  type StageService,
} from './span-contract.ts';
export { cutFor } from './fact-text.ts';
export { STORAGE_FACTS } from './storage-facts.ts';
export { MAX_CHUNK_BYTES, STREAMS, type StreamContract } from './streams.ts';
export {
  alertSubject,
  cdEventSubject,
  deadSubject,
  envSubject,
  evaluationSubjects,
  factSubject,
  factTypeSubjects,
  logSubject,
  parseEnvSubject,
  parseFactSubject,
  parseLogSubject,
  parseRecordSubject,
  podFactSubject,
  recordSubject,
  SUBJECTS,
  settledSubject,
  submittedSubject,
  subjectToken,
} from './subjects.ts';
export {
  MAX_NAMES,
  TEST_REPORT_FORMATS,
  TestReportSchema,
  type TestReport,
  type TestReportFormat,
  type TestResult,
} from './test-report.ts';
export { parseTraceparent, spanIdOf, traceIdOf, traceparentOf } from './trace-ids.ts';
export { EXIT_CODES, NO_VERDICT_EXIT_CODE, PHASES, VERDICTS, type Phase, type Verdict } from './verdict.ts';
