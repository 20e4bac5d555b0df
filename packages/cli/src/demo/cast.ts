import type { Client } from '@lacuna/client';
import type { EvaluationId, EvaluationSpec, Verdict } from '@lacuna/contracts';

/** One evaluation of the demo, and what must become of it. The demo checks every word of this itself. */
export interface Act {
  readonly key: string;
  readonly spec: EvaluationSpec;
  readonly verdict: Verdict;
  /** What the evidence must say. */
  readonly tests?: string;
  readonly reason?: RegExp;
  /** `stage cause` of the broken span and of the one alert; absent = nothing may be broken and nobody may be alerted. */
  readonly broken?: string;
  /** What somebody who has nothing to do with Lacuna does to it while it runs. */
  readonly interfere?: (scene: Scene) => Promise<void>;
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
