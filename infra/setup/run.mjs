/**
 * Sets up the clone and runs one thing in it: `node infra/setup/run.mjs <demo|start|test|verify|bench|cluster|image> [arguments]`.
 *
 * Runs on Node 20 and later, without dependencies: this is what fetches the pinned Node and the dependencies. What is there
 * already is used as it is, without the network.
 */
import { dirname, join } from 'node:path';
import { bench } from './bench.mjs';
import { run } from './child.mjs';
import { dependenciesFresh, ensureDependencies } from './dependencies.mjs';
import { ROOT } from './paths.mjs';
import { ensureNode } from './pinned-node.mjs';
import { inCI, say } from './say.mjs';
import { verify } from './verify.mjs';

const lacuna = (command) => (node, env, args) =>
  run(node, [join(ROOT, 'packages/cli/bin/lacuna.mjs'), command, ...args], { env });

const vitest = (node, env, args) =>
  run(node, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...args], { cwd: ROOT, env });

const cluster = (node, env, args) => run(node, [join(ROOT, 'infra/setup/cluster-control.mjs'), ...args], { env });

const image = (node, env, args) => run(node, [join(ROOT, 'infra/images/src/build.ts'), ...args], { env });

/** Small enough to be built for whoever has not said that they want them. */
const QUICK = ['nats', 'jaeger'];

/** What a Kubernetes cluster is made of. The first build takes minutes. */
const CLUSTER = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok', 'kubelet'];

/** A second container runtime, what enforces NetworkPolicies, what installs the chart, and a store for archived logs. */
const ALL = [...QUICK, ...CLUSTER, 'containerd', 'containerd-shim', 'kube-router', 'helm', 's3'];

/** What each command runs, the servers it can't do without, those that it has if they can be had, and whether it needs the helper of pods. */
const COMMANDS = {
  demo: { execute: lacuna('demo'), needs: ['nats'], likes: ['jaeger'] },
  start: { execute: lacuna('up'), needs: ['nats'], likes: ['jaeger'] },
  test: { execute: vitest, needs: inCI ? ALL : [], likes: QUICK, seals: true },
  verify: { execute: verify, needs: inCI ? ALL : [], likes: QUICK, seals: true },
  bench: { execute: bench, needs: QUICK, likes: [], seals: true },
  cluster: { execute: cluster, needs: CLUSTER, likes: [], seals: true },
  image: { execute: image, needs: [], likes: [], seals: true },
};

async function main([name, ...args]) {
  if (!Object.hasOwn(COMMANDS, name ?? '')) {
    say(`usage: node infra/setup/run.mjs <${Object.keys(COMMANDS).join('|')}> [arguments]`);
    return 2;
  }
  const { execute, needs, likes, seals } = COMMANDS[name];
  const node = await ensureNode(dependenciesFresh());
  await ensureDependencies(node);
  const env = {
    ...process.env,
    PATH: [dirname(node), join(ROOT, 'node_modules/.bin'), process.env.PATH].join(':'),
    TURBO_TELEMETRY_DISABLED: '1',
  };
  const code = (await ensureServers(node, env, needs, likes)) || (seals ? await ensureSeal(node, env) : 0);
  return code === 0 ? execute(node, env, args) : code;
}

function ensureServers(node, env, needed, liked) {
  const optional = liked.filter((name) => !needed.includes(name));
  if (needed.length + optional.length === 0) return 0;
  const script = join(ROOT, 'infra/servers/src/cli.ts');
  const args = ['ensure', ...needed, ...optional.flatMap((name) => ['--optional', name])];
  return run(node, [script, ...args], { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
}

/** Built before the first test or Job that needs it; outside CI one can go on without it, and is told. */
async function ensureSeal(node, env) {
  const code = await run(node, [join(ROOT, 'infra/seal/src/cli.ts'), 'ensure'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 2, 2],
  });
  return inCI ? code : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
