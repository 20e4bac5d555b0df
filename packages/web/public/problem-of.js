/** Why something is not to be had, in the words of the API where it has some. */
export async function problemOf(answer, what) {
  const problem = await answer.json().catch(() => undefined);
  return problem?.detail ?? `${what} can't be read now (${answer.status}).`;
}
