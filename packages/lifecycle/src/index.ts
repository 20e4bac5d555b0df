/**
 * Facts to state, and state to phase, stages, findings, verdict and the next deadline. Pure: time is an argument, nothing is stored,
 * nothing is sent. The services fold facts with it and publish what `decide` returns.
 */
export { beforeRemoval } from './before-removal.ts';
export { aloneVerdict, compareAlone } from './compare-alone.ts';
export { decide, nextDeadline } from './decide.ts';
export {
  attemptsOf,
  findingKey,
  latestAttempt,
  primaryPod,
  startOf,
  unknownEvaluation,
  type Attempt,
  type Evaluation,
  type Pod,
} from './evaluation.ts';
export { fold, join, type Recorded } from './join.ts';
export { openLogs } from './open-logs.ts';
export { phaseOf } from './phase.ts';
export { stagesOf, type StageState } from './stages.ts';
export { testsOf } from './judge-run.ts';
export { viewOf } from './view.ts';
