/** The words of a real API server to a Job controller that may not create the pod. */
export function quotaMessage(jobName: string): string {
  return `pods "${jobName}-x" is forbidden: exceeded quota: lacuna-drill, requested: pods=1, used: pods=0, limited: pods=0`;
}
