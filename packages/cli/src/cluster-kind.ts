import { InvalidArgumentError } from 'commander';

export type ClusterKind = 'process' | 'kubernetes';

/** What `--cluster` takes. */
export function clusterKind(text: string): ClusterKind {
  if (text !== 'process' && text !== 'kubernetes') throw new InvalidArgumentError('It is process or kubernetes.');
  return text;
}
