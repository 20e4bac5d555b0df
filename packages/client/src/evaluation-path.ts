/** The path of one evaluation; ids are encoded, so that a wrong one is "not found" and never another route. */
export function evaluationPath(id: string, part = ''): string {
  return `/v1/evaluations/${encodeURIComponent(id)}${part}`;
}
