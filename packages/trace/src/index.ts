/**
 * State to contract spans: what came, what is missing, and why. Pure; the exporter in `telemetry` only carries what is computed here.
 */
export { isWording } from './is-wording.ts';
export { runSpansOf } from './run-spans.ts';
export { spansAddedBy } from './spans-added-by.ts';
export { spansOf } from './spans.ts';
