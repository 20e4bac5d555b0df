/** The version of the CDEvents specification that these events follow. */
export const CDEVENTS_VERSION = '0.5.1';

/** Event types of the testing vocabulary, each with its own version. */
export const CD_EVENT_TYPES = {
  'testsuiterun.queued': 'dev.cdevents.testsuiterun.queued.0.3.0',
  'testsuiterun.started': 'dev.cdevents.testsuiterun.started.0.3.0',
  'testsuiterun.finished': 'dev.cdevents.testsuiterun.finished.0.3.0',
  'testcaserun.started': 'dev.cdevents.testcaserun.started.0.3.0',
  'testcaserun.finished': 'dev.cdevents.testcaserun.finished.0.3.0',
} as const;
export type CdEventKind = keyof typeof CD_EVENT_TYPES;

/** How a test suite or a test case ended, in the words of CDEvents. */
export type CdOutcome = 'success' | 'failure' | 'cancel' | 'error';

/** A CDEvent (https://cdevents.dev) about an evaluation as a test suite run, or about one of its tests. */
export interface CdEvent {
  readonly context: {
    readonly specversion: typeof CDEVENTS_VERSION;
    /** Unique within the source, and the same whenever the same thing is told again. */
    readonly id: string;
    readonly source: string;
    readonly type: (typeof CD_EVENT_TYPES)[CdEventKind];
    /** RFC 3339. */
    readonly timestamp: string;
  };
  readonly subject: {
    readonly id: string;
    readonly source: string;
    readonly content: {
      readonly environment: { readonly id: string };
      readonly testSuite?: { readonly id: string; readonly name: string };
      readonly testSuiteRun?: { readonly id: string; readonly source: string };
      readonly testCase?: { readonly id: string; readonly name: string };
      readonly outcome?: CdOutcome;
      readonly reason?: string;
    };
  };
  readonly customData?: Readonly<Record<string, string>>;
  readonly customDataContentType?: 'application/json';
}
