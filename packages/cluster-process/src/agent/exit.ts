/** What the kernel said about the end of the process: exit code or signal, never both. */
export interface Exit {
  readonly at: number;
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
}
