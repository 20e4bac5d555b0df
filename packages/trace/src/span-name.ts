/** The name of a span of one attempt: people see it before anything else, so a second attempt must not look like the first. */
export function spanName(what: string, attempt: number): string {
  return attempt === 1 ? what : `${what} (attempt ${attempt})`;
}
