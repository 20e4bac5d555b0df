/** All that rendering depends on besides the data. */
export interface RenderOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
}
