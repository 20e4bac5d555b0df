/** Where `lacuna up` listens unless told otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:4280';

/** Options that every command has; read them with `command.optsWithGlobals()`. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly url: string;
  readonly token?: string;
  /** False with `--no-color`. */
  readonly color: boolean;
}
