import type { Rule } from '../rule.ts';
import { ALONE_RULES } from './alone-rules.ts';
import { ATTEMPT_RULES } from './attempt-rules.ts';
import { GONE_RULES } from './gone-rules.ts';
import { JOB_RULES } from './job-rules.ts';
import { LOG_RULES } from './log-rules.ts';
import { LOSS_RULES } from './loss-rules.ts';
import { MEMORY_RULES } from './memory-rules.ts';
import { POD_RULES } from './pod-rules.ts';
import { PRESSURE_RULES } from './pressure-rules.ts';
import { SCHEDULE_RULES } from './schedule-rules.ts';
import { START_RULES } from './start-rules.ts';
import { COMMAND_RULES } from './command-rules.ts';
import { PROGRAM_RULES } from './program-rules.ts';
import { QUEUE_RULES } from './queue-rules.ts';
import { REPORT_FILE_RULES } from './report-file-rules.ts';
import { RESOURCE_RULES } from './resource-rules.ts';
import { RESULTS_RULES } from './results-rules.ts';
import { RUN_RULES } from './run-rules.ts';
import { SERVICE_RULES } from './service-rules.ts';

/** Every cause there is, in the order of an evaluation's life: of two that weigh the same, the earlier one is named first. */
export const RULES: readonly Rule[] = [
  ...ATTEMPT_RULES,
  ...ALONE_RULES,
  ...QUEUE_RULES,
  ...JOB_RULES,
  ...POD_RULES,
  ...SCHEDULE_RULES,
  ...START_RULES,
  ...PRESSURE_RULES,
  ...MEMORY_RULES,
  ...GONE_RULES,
  ...RUN_RULES,
  ...LOSS_RULES,
  ...LOG_RULES,
  ...RESULTS_RULES,
  ...REPORT_FILE_RULES,
  ...COMMAND_RULES,
  ...PROGRAM_RULES,
  ...RESOURCE_RULES,
  ...SERVICE_RULES,
];
