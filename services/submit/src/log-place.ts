import { logSubject } from '@lacuna/contracts';
import { latestAttempt, primaryPod, type Evaluation } from '@lacuna/lifecycle';

/** Where the log of an evaluation is: that of the pod that stands for its latest attempt; undefined before there is one. */
export function logPlace(evaluation: Evaluation): string | undefined {
  const attempt = latestAttempt(evaluation);
  const pod = primaryPod(attempt);
  return pod && logSubject(evaluation.id, attempt.number, pod.uid);
}
