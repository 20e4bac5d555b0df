import type { Scenario } from './scenario.ts';
import { ALONE_SCENARIOS } from './alone-scenarios.ts';
import { ATTEMPT_SCENARIOS } from './attempt-scenarios.ts';
import { COMMAND_SCENARIOS } from './command-scenarios.ts';
import { JOB_SCENARIOS } from './job-scenarios.ts';
import { LOG_SCENARIOS } from './log-scenarios.ts';
import { LOSS_SCENARIOS } from './loss-scenarios.ts';
import { POD_SCENARIOS } from './pod-scenarios.ts';
import { PROGRAM_SCENARIOS } from './program-scenarios.ts';
import { QUEUE_SCENARIOS } from './queue-scenarios.ts';
import { REPORT_FILE_SCENARIOS } from './report-file-scenarios.ts';
import { RUN_SCENARIOS } from './run-scenarios.ts';
import { SERVICE_SCENARIOS } from './service-scenarios.ts';

/** Every cause, by the rules that find it. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...ALONE_SCENARIOS,
  ...ATTEMPT_SCENARIOS,
  ...COMMAND_SCENARIOS,
  ...JOB_SCENARIOS,
  ...LOG_SCENARIOS,
  ...LOSS_SCENARIOS,
  ...POD_SCENARIOS,
  ...PROGRAM_SCENARIOS,
  ...QUEUE_SCENARIOS,
  ...REPORT_FILE_SCENARIOS,
  ...RUN_SCENARIOS,
  ...SERVICE_SCENARIOS,
};
