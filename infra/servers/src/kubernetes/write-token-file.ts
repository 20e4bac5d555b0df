import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/** Somebody who may call the API server, with the groups that RBAC knows them by. */
interface ClusterUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Writes the file for `--token-auth-file` and gives each user's token by name. A user who was in the file keeps the token, so
 * that a kubeconfig stays good when the cluster is started again.
 */
export async function writeTokenFile(
  path: string,
  users: readonly ClusterUser[],
): Promise<ReadonlyMap<string, string>> {
  const kept = await readTokens(path);
  const tokens = new Map(users.map(({ name }) => [name, kept.get(name) ?? randomBytes(24).toString('hex')]));
  const lines = users.map(({ name, groups }) => `${tokens.get(name)},"${name}","${name}","${groups.join(',')}"\n`);
  await writeFile(path, lines.join(''), { mode: 0o600 });
  return tokens;
}

async function readTokens(path: string): Promise<Map<string, string>> {
  const lines = await readFile(path, 'utf8').catch(() => '');
  return new Map([...lines.matchAll(/^(\w+),"([^"]+)"/gm)].map(([, token = '', name = '']) => [name, token]));
}
