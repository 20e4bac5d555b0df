import type { Client } from '@lacuna/client';
import type { EvaluationId, EvaluationSpec } from '@lacuna/contracts';
import type { Expected, Seen } from './expected.ts';

/** One evaluation of the demo, and what must become of it. The demo checks every word of this itself. */
export interface Act extends Expected {
  readonly key: string;
  readonly spec: EvaluationSpec;
  /** What somebody who has nothing to do with Lacuna does to it while it runs. */
  readonly interfere?: (scene: Scene) => Promise<void>;
}

/** An act, and what was seen of it in the end. */
export interface SeenAct extends Seen {
  readonly act: Act;
}

/** What whoever interferes has to work with. */
export interface Scene {
  readonly id: EvaluationId;
  readonly client: Client;
  readonly say: (line: string) => void;
  /** Aborted when the evaluation is settled or the demo is over. */
  readonly signal: AbortSignal;
}

/** Where the story is played: on which cluster, and how each fault is made there. */
export interface Venue {
  readonly cast: readonly Act[];
  /** Settings of the services. */
  readonly env: Readonly<Record<string, string>>;
}
