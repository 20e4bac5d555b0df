import type { Case } from './case.ts';

/** 128 + 9: how a shell, and Kubernetes, report SIGKILL (POSIX.1-2024, XCU 2.8.2). */
const SIGKILL_EXIT = 137;

/** Whether it, or the child that its shell waited for last, was ended by SIGKILL. */
export const hasSigkillExit = ({ end }: Case): boolean => end?.exitCode === SIGKILL_EXIT;
