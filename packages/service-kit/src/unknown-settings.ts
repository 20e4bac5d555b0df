import { nearest } from '@lacuna/contracts';
import { SETTING_NAMES } from './setting-names.ts';

const PREFIX = 'LACUNA_';

/** What Kubernetes puts into every container for a Service whose name begins with `lacuna`. */
const SERVICE_LINK = /_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT_\d+_(TCP|UDP|SCTP)/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

/** Read by others than services in the same environment, by whom. */
const READ_BY_OTHERS = {
  'the command line': ['LACUNA_URL', 'LACUNA_TOKEN'],
  'the makers of servers': [
    'LACUNA_CACHE',
    'LACUNA_CONTAINERD',
    'LACUNA_CONTAINERD_SHIM',
    'LACUNA_ETCD',
    'LACUNA_HELM',
    'LACUNA_JAEGER_SERVER',
    'LACUNA_KUBELET',
    'LACUNA_KUBE_APISERVER',
    'LACUNA_KUBE_CONTROLLER_MANAGER',
    'LACUNA_KUBE_ROUTER',
    'LACUNA_KUBE_SCHEDULER',
    'LACUNA_KWOK',
    'LACUNA_NATS_SERVER',
    'LACUNA_S3_SERVER',
  ],
  'whoever looks for the helper that seals logs': ['LACUNA_SEAL_DIR'],
  'a command that we run, which may run us again': ['LACUNA_EVALUATION', 'LACUNA_AGENT_DIR'],
};
const NO_SETTINGS: ReadonlySet<string> = new Set(Object.values(READ_BY_OTHERS).flat());

/**
 * The variables with our prefix that nobody reads, each in a sentence with the name that was meant, if one is near. They are no error: an environment may
 * be made for a newer version. `more`: names that are known beside the settings of our services.
 */
export function unknownSettings(
  env: Readonly<Record<string, string | undefined>>,
  more: readonly string[] = [],
): string[] {
  const known = [...SETTING_NAMES, ...more];
  return Object.entries(env)
    .filter(([name]) => name.startsWith(PREFIX) && !NO_SETTINGS.has(name) && !known.includes(name))
    .filter(([name, value = '']) => !SERVICE_LINK.test(name) && !SERVICE_ADDRESS.test(value))
    .map(([name]) => `${name} is no setting, and has no effect${meant(name, known)}`)
    .sort();
}

/** The prefix, which all have, makes no two names alike. */
function meant(name: string, known: readonly string[]): string {
  const guess = nearest(
    name.slice(PREFIX.length),
    known.map((one) => one.slice(PREFIX.length)),
  );
  return guess === undefined ? '; `lacuna settings` lists all' : `; did you mean ${PREFIX}${guess}?`;
}
