import { readFileSync } from 'node:fs';

/** Version of `goModule` that the `go.mod` in `moduleDir` requires, without the leading `v`. The file is the only pin. */
export function pinnedVersion(moduleDir: URL, goModule: string): string {
  const goMod = readFileSync(new URL('go.mod', moduleDir), 'utf8');
  for (const line of goMod.split('\n')) {
    const [module, version] = line.replace('require', '').trim().split(/\s+/);
    if (module === goModule && version?.startsWith('v') === true) return version.slice(1);
  }
  throw new Error(`${goModule} is not required by ${moduleDir.pathname}go.mod`);
}
