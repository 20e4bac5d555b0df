import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { ROOT } from './paths.mjs';
import { say } from './say.mjs';

/** Runs the benchmarks whose file name contains one of `wanted` (all, without any), one after the other: they need the machine. */
export async function bench(node, env, wanted) {
  const folder = join(ROOT, 'test/bench');
  const files = readdirSync(folder).filter((name) => name.endsWith('.bench.ts'));
  const chosen = files.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part))).sort();
  if (chosen.length === 0) say(`no benchmark matches; there are: ${files.join(', ') || 'none'}`);
  const codes = [];
  for (const name of chosen) {
    say(`\n── ${name}`);
    codes.push(await run(node, [join(folder, name)], { cwd: ROOT, env }));
  }
  return chosen.length === 0 ? 2 : (codes.find((code) => code !== 0) ?? 0);
}
