import { CONTROL_PLANE, nodeProblem, problemWith } from '@lacuna/testing';

/** Why there can be no real node here whose network obeys the policies of the chart; undefined when there can. */
export const problemWithPolicies = async (): Promise<string | undefined> =>
  (await problemWith(...CONTROL_PLANE, 'kubelet', 'kube-router', 'helm')) ??
  (await nodeProblem({ networkPolicies: true }));
