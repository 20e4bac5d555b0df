import type { DiagnosisView } from '@lacuna/contracts';

/** For one cause: a case that must rank it first, and one that looks like it and must not. */
export interface Scenario {
  readonly ranksFirst: () => DiagnosisView;
  readonly nearMiss: () => DiagnosisView;
}
