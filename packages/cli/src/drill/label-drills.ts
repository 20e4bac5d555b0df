import type { Drill } from './drill.ts';
import { stageIs, submitted, until, type Scene } from './scene.ts';

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
    act: {
      spec: { command: ['true'], labels: { 'lacuna.fault': 'no-pod' } },
      verdict: 'error',
      reason: /pod\.create missing: FailedCreate: .*exceeded quota/,
      broken: 'pod.create missing',
    },
    cause: 'quota',
  },
  {
    fault: 'slow-pod',
    makes: 'the pod comes after its time: the hole is told, and filled',
    notOn: {},
    act: {
      spec: { command: ['true'], labels: { 'lacuna.fault': 'slow-pod:6000' } },
      verdict: 'passed',
      broken: 'pod.create missing',
    },
    cause: 'pod-late',
  },
  {
    fault: 'cut-log',
    makes: 'the runtime stops writing the log, and says nothing',
    notOn: {},
    act: {
      spec: {
        command: ['sh', '-c', TALK],
        labels: { 'lacuna.fault': `cut-log:${CUT_AT}` },
      },
      verdict: 'incomplete',
      reason: /log cut after byte 5 000/,
      broken: 'log.capture truncated',
    },
    cause: 'log-cut',
  },
  {
    fault: 'api-429',
    makes: 'the API answers "too many requests" when a Job is to be created',
    notOn: {},
    act: {
      spec: { command: ['true'], labels: { 'lacuna.fault': 'api-429:5' } },
      verdict: 'passed',
      broken: 'queue missing',
    },
    cause: 'api-throttled',
    make: async (scene, { spec }) => {
      const id = await submitted(scene, spec);
      await until(scene, id, 'queue missing', (view) => stageIs(view, 'queue', 'missing') || isOver(view.phase));
      return { id, ...(await rankedFirst(scene, id)) };
    },
  },
];

function isOver(phase: string): boolean {
  return phase === 'settled';
}

/** The cause that the diagnosis ranks first now. */
export async function rankedFirst(scene: Scene, id: string): Promise<{ readonly causeThen: string }> {
  const { causes } = await scene.client.diagnosis(id, { signal: scene.signal });
  return { causeThen: causes[0]?.cause ?? 'none' };
}
