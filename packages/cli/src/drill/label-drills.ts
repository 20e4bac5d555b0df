import type { Drill } from './drill.ts';
import { rankedFirst } from './ranked-first.ts';
import { submit } from './submit.ts';
import { stageIs, waitForView } from './wait-for.ts';

/** Enough output that a cut is in the middle, in lines that say where they are. */
const TALK =
  'i=0; while [ $i -lt 400 ]; do echo "line $i of a log that must be whole to be believed"; i=$((i+1)); done';
/** Bytes, of some twenty thousand. */
const CUT_AT = 5_000;

/** Faults that the embedded cluster itself makes when the label `lacuna.fault` asks for them: its own agent withholds, delays, refuses, drops. */
export const LABEL_DRILLS: readonly Drill[] = [
  {
    fault: 'no-pod',
    makes: 'the Job never gets a pod',
    notOn: {},
    spec: { command: ['true'], labels: { 'lacuna.fault': 'no-pod' } },
    expected: {
      verdict: 'error',
      reason: /pod\.create missing: FailedCreate: .*exceeded quota/,
      broken: 'pod.create missing',
    },
    cause: 'quota',
  },
  {
    fault: 'slow-pod',
    makes: 'the pod comes too late: the hole is reported, and filled',
    notOn: {},
    spec: { command: ['true'], labels: { 'lacuna.fault': 'slow-pod:6000' } },
    expected: { verdict: 'passed', broken: 'pod.create missing' },
    cause: 'pod-late',
  },
  {
    fault: 'cut-log',
    makes: 'the runtime stops writing the log, and says nothing',
    notOn: {},
    spec: {
      command: ['sh', '-c', TALK],
      labels: { 'lacuna.fault': `cut-log:${CUT_AT}` },
    },
    expected: { verdict: 'incomplete', reason: /log cut after byte 5 000/, broken: 'log.capture truncated' },
    cause: 'log-cut',
  },
  {
    fault: 'api-429',
    makes: 'the API answers "too many requests" when a Job is to be created',
    notOn: {},
    spec: { command: ['true'], labels: { 'lacuna.fault': 'api-429:5' } },
    expected: { verdict: 'passed', broken: 'queue missing' },
    cause: 'api-throttled',
    inject: async (context, spec) => {
      const id = await submit(context, spec);
      await waitForView(
        context,
        id,
        'queue missing',
        (view) => stageIs(view, 'queue', 'missing') || view.phase === 'settled',
      );
      return { id, ...(await rankedFirst(context, id)) };
    },
  },
];
