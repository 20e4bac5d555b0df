/**
 * k8s-watch: observes Jobs and pods and publishes what it sees as facts, with the raw evidence.
 * A pure observer: it never changes the cluster and never concludes how an evaluation ended.
 */
export { k8sWatch } from './service.ts';
