import { logSubject } from '@lacuna/contracts';
import { latestAttempt, primaryPod, type Attempt, type Evaluation } from '@lacuna/lifecycle';

/** Where the log of an attempt is, the latest one unless told: that of the pod that stands for it; undefined before there is one. */
export function logPlace(evaluation: Evaluation, attempt: Attempt = latestAttempt(evaluation)): string | undefined {
  const pod = primaryPod(attempt);
  return pod && logSubject(evaluation.id, attempt.number, pod.uid);
}
