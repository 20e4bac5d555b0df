/** How a read of the source came out. None of them says that the log is whole. */
export type ReadOutcome =
  /** The source ended the stream in good order, which proves nothing (fault L1). */
  | { readonly kind: 'ended' }
  /** We stopped it. */
  | { readonly kind: 'stopped' }
  /** It broke off, or could not be asked. */
  | { readonly kind: 'broken' | 'waiting'; readonly why: string }
  /** It gave all that there was, and was asked for no more. */
  | { readonly kind: 'so-far' }
  /** It gave all that there was, and can't tell when there is more. */
  | { readonly kind: 'not-followed'; readonly why: string }
  /** It does not hold what is stored. */
  | { readonly kind: 'contradicted'; readonly why: string }
  /** What it gave is not what was sealed. */
  | { readonly kind: 'unlike'; readonly why: string }
  /** The source says that there is no such log. */
  | { readonly kind: 'gone'; readonly why: string }
  /** Another replica stores this log too, and was faster: it was opened again behind what that one stored. */
  | { readonly kind: 'overtaken' };
