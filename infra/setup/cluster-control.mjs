/**
 * A real Kubernetes cluster on this machine, for development. It runs in the background until `down`, which removes all of it;
 * every `up` makes a new one.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isRunning } from '../servers/src/process-identity.ts';
import { ROOT } from './paths.mjs';
import { say } from './say.mjs';

const HOME = join(ROOT, '.lacuna');
const FOLDER = join(HOME, 'kubernetes');
const OWNER = join(HOME, 'cluster-owner.json');
const LOG = join(HOME, 'cluster.log');
const KUBECONFIG = join(FOLDER, 'kubeconfig');

const USAGE = `usage: npm run cluster -- up [--fake-nodes N] [--real-node] | down | kubeconfig
  up          starts a control plane with N fake nodes (1 unless told, none beside a real one), on which pods run without a process, and with
              --real-node one that runs containers, which needs root. Prints the path of the kubeconfig.
  down        stops and removes it
  kubeconfig  prints the path: export KUBECONFIG=$(npm run --silent cluster -- kubeconfig)`;

const COMMANDS = { up, down, kubeconfig };

async function up(args) {
  if (running() === undefined) {
    const failure = await startOwner(args);
    if (failure !== undefined) {
      say(failure);
      return 1;
    }
  }
  return kubeconfig();
}

/** Starts the process that owns the servers; undefined once the cluster is ready, otherwise why it is not. */
async function startOwner(args) {
  mkdirSync(HOME, { recursive: true });
  const log = openSync(LOG, 'w');
  const script = join(ROOT, 'infra/setup/cluster-owner.mjs');
  const owner = spawn(process.execPath, [script, FOLDER, ...args], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  writeFileSync(OWNER, JSON.stringify(identify(owner.pid)));
  const failure = await new Promise((resolve) => {
    owner.once('message', ({ error }) => resolve(error));
    owner.once('exit', () => resolve(`the cluster did not start; its log is ${LOG}`));
  });
  if (owner.connected) owner.disconnect();
  owner.unref();
  return failure;
}

async function down() {
  const owner = running();
  if (owner === undefined) {
    say('no cluster is running');
    return 0;
  }
  process.kill(owner.pid, 'SIGTERM');
  while (isRunning(owner)) await delay(50);
  rmSync(OWNER, { force: true });
  return 0;
}

function kubeconfig() {
  if (running() === undefined) {
    say('no cluster is running: npm run cluster -- up');
    return 1;
  }
  process.stdout.write(`${KUBECONFIG}\n`);
  return 0;
}

/** Identity of the process that owns the cluster, while it lives. */
function running() {
  try {
    const owner = JSON.parse(readFileSync(OWNER, 'utf8'));
    return isRunning(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

const [name, ...args] = process.argv.slice(2);
if (Object.hasOwn(COMMANDS, name ?? '')) {
  process.exitCode = await COMMANDS[name](args);
} else {
  say(USAGE);
  process.exitCode = 2;
}
