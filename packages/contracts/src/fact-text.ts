import { Type, type TString } from 'typebox';

/**
 * How long the texts of facts may be, in UTF-16 code units: no more than people read, so that a fact stays far below the 1 MiB that NATS takes.
 * `code`: a reason in one word, as Kubernetes gives it. `ending`: a termination message, of which
 * a kubelet keeps 4 KiB.
 */
const LONGEST = { code: 128, detail: 2_048, message: 4_096, ending: 8_192 } as const;

type FactText = keyof typeof LONGEST;

/** The schema of such a text. */
export const factText = (kind: FactText, options: { readonly description?: string } = {}): TString =>
  Type.String({ maxLength: LONGEST[kind], ...options });

/** What others wrote, cut to what a fact may hold; whoever says a fact does that. */
export const cutFor = (kind: FactText, text: string): string => text.slice(0, LONGEST[kind]);
