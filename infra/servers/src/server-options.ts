/** What every server runner is told. */
export interface ServerOptions {
  /** Program to start, as the resolver found it. */
  readonly path: string;
  /** Folder for its data; made if missing. One server at a time. */
  readonly dataDir: string;
  /** Stops the server, at any time. */
  readonly signal?: AbortSignal | undefined;
  /** Its log, line by line, and what we do about a leftover. */
  readonly onLog?: ((line: string) => void) | undefined;
}
