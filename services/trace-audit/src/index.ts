/**
 * trace-audit: folds all facts, settles evaluations with a verdict, exports their contract traces, and raises an alert for
 * everything owed that did not come. It observes nothing itself: what is not a fact does not exist for it.
 */
export { traceAudit } from './service.ts';
