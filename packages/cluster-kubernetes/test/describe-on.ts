import { CONTROL_PLANE, nodeProblem, resolveBinary, type ServerName } from '@lacuna/servers';
import { describe } from 'vitest';
import type { Node } from './kubernetes-subject.ts';

const BINARIES: Readonly<Record<Node, readonly ServerName[]>> = {
  none: CONTROL_PLANE,
  fake: [...CONTROL_PLANE, 'kwok'],
  real: [...CONTROL_PLANE, 'kubelet'],
};

/** Tests that share one cluster; where this machine cannot run it they are skipped with the reason, but not in CI. */
export function describeOn(node: Node, name: string, tests: () => void): void {
  const problem = problems[node];
  const describeOrSkip = problem === undefined ? describe : describe.skip;
  describeOrSkip(`${name}${problem === undefined ? '' : ` (${problem})`}`, () => tests());
}

const problems: Readonly<Record<Node, string | undefined>> = {
  none: await problemWith('none'),
  fake: await problemWith('fake'),
  real: await problemWith('real'),
};

async function problemWith(node: Node): Promise<string | undefined> {
  // There everything must run, and what cannot is an error of the fixture.
  if (process.env['CI'] !== undefined) return undefined;
  for (const name of BINARIES[node]) {
    const found = await resolveBinary(name, { build: false });
    if (found.kind === 'unavailable') return found.message;
  }
  return node === 'real' ? nodeProblem() : undefined;
}
