import { nodeOf, type ControlPlane, type RealNode } from '@lacuna/servers';
import { getJson } from './cluster-objects.ts';
import { addWitness } from './witnesses.ts';

interface Pod {
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly state: Readonly<Record<string, { readonly reason?: string }>> }[];
  };
}

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
  readonly lastTimestamp: string | null;
}

interface Listed<T> {
  readonly items: readonly T[];
}

type Program = Pick<RealNode['kubelet'], 'log' | 'exited'>;

/** Enough to see what is wrong, and little enough to be read. */
const SHOWN = { lines: 12, events: 8, characters: 300 } as const;
/** What programs say when all is well: klog's, and that of containerd. */
const ALL_IS_WELL = /^I\d{4} |level=info/;

/** What a node does and does not, for whoever waits in vain for something on it, until this is disposed. */
export function showNode(controlPlane: ControlPlane, node: RealNode): Disposable {
  const stack = new DisposableStack();
  const parts = [
    () => conditionsOf(controlPlane, node.name),
    () => podsOf(controlPlane),
    () => warningsOf(controlPlane),
    () => programOf('kubelet', node.kubelet),
    () => programOf('containerd', node.containerd),
  ];
  for (const part of parts) stack.use(addWitness(part));
  return stack;
}

async function conditionsOf(controlPlane: ControlPlane, name: string): Promise<string> {
  const { spec, status } = (await nodeOf(controlPlane.admin, name)) ?? {};
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const taints = (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).join(', ');
  const words = ready === undefined ? 'never told' : `${ready.status} at ${ready.lastHeartbeatTime}: ${ready.message}`;
  return `node ${name}, ready ${words}; taints: ${taints || 'none'}`;
}

async function podsOf(controlPlane: ControlPlane): Promise<string> {
  const { items } = await getJson<Listed<Pod>>(controlPlane, '/api/v1/pods');
  const groups = Map.groupBy(items, ({ spec, status }) => {
    const states = status.containerStatuses?.flatMap(({ state }) => Object.entries(state)) ?? [];
    const told = states.map(([state, { reason }]) => (reason === undefined ? state : `${state} ${reason}`));
    return [status.phase, ...(spec.nodeName === undefined ? ['without a node'] : []), ...told].join(', ');
  });
  return `pods: ${[...groups].map(([state, pods]) => `${pods.length} (${state})`).join(', ') || 'none'}`;
}

async function warningsOf(controlPlane: ControlPlane): Promise<string> {
  const { items } = await getJson<Listed<Event>>(controlPlane, '/api/v1/events?fieldSelector=type=Warning');
  const latest = items
    .toSorted((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''))
    .slice(-SHOWN.events)
    .map(({ lastTimestamp, count = 1, reason, message }) => `${lastTimestamp} ${count} × ${reason}: ${message}`);
  return section(`${items.length} warnings of the cluster`, latest);
}

async function programOf(name: string, { log, exited }: Program): Promise<string> {
  const exit = await Promise.race([exited, Promise.resolve(undefined)]);
  const state = exit === undefined ? 'runs' : `ended (${exit.signal ?? `exit code ${exit.code}`})`;
  return section(`${name} ${state}`, log.filter((line) => !ALL_IS_WELL.test(line)).slice(-SHOWN.lines));
}

const section = (title: string, lines: readonly string[]): string =>
  [title, ...lines.map((line) => `  ${line.slice(0, SHOWN.characters)}`)].join('\n');
