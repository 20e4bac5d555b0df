import { dirname } from 'node:path';
import { run } from './child.mjs';

/**
 * Runs npm with the given Node, whatever Node the user's npm belongs to: npm chooses package versions, and runs install
 * scripts, by the Node it runs on. Its output goes to stderr, so stdout stays clean.
 */
export function npm(node, args, cwd) {
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` };
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('npm-cli.js') ? [node, [script]] : ['npm', []];
  return run(command, [...first, ...args], { cwd, env, stdio: ['ignore', 2, 2] });
}
