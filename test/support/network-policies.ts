import { BlockList, isIPv6 } from 'node:net';
import type { ChartObject } from './helm.ts';

/** What sends or is sent to: a pod, or something outside of the cluster, which has an address instead of labels. */
export interface Endpoint {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of the containers by their names. */
  readonly ports: Readonly<Record<string, number>>;
  readonly address?: string;
}

interface Policy extends ChartObject {
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}
interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}
interface Rule {
  readonly ports?: readonly { readonly port: number | string; readonly protocol?: string }[];
  readonly to?: readonly Peer[];
  readonly from?: readonly Peer[];
}

/** Whether a network that obeys the policies lets TCP through, by the rules of networking.k8s.io/v1. What is not understood here throws. */
export function letsThrough(
  objects: readonly ChartObject[],
  { from, to, port }: { readonly from: Endpoint; readonly to: Endpoint; readonly port: number },
): boolean {
  const policies = objects.filter(
    ({ kind }) => kind === 'NetworkPolicy',
  ) as readonly ChartObject[] as readonly Policy[];
  const goes = (direction: 'Ingress' | 'Egress', subject: Endpoint, peer: Endpoint): boolean => {
    const own = policies.filter((policy) => isFor(policy, direction, subject));
    const rules = own.flatMap(({ spec }) => (direction === 'Ingress' ? spec.ingress : spec.egress) ?? []);
    return own.length === 0 || rules.some((rule) => hasPort(rule, to, port) && hasPeer(rule, subject, peer));
  };
  return goes('Egress', from, to) && goes('Ingress', to, from);
}

function isFor({ metadata, spec }: Policy, direction: 'Ingress' | 'Egress', subject: Endpoint): boolean {
  if (subject.address !== undefined || metadata.namespace !== subject.namespace) return false;
  return spec.policyTypes.includes(direction) && selects(spec.podSelector, subject.labels);
}

/** A name is that of a port of the receiver, which has to have one of that name. */
function hasPort({ ports }: Rule, to: Endpoint, port: number): boolean {
  const isIt = (wanted: number | string): boolean => (typeof wanted === 'string' ? to.ports[wanted] : wanted) === port;
  return ports === undefined || ports.some((one) => one.protocol !== 'UDP' && isIt(one.port));
}

function hasPeer({ to, from }: Rule, subject: Endpoint, peer: Endpoint): boolean {
  const peers = to ?? from ?? [];
  return peers.length === 0 || peers.some((one) => isPeer(one, subject, peer));
}

function isPeer(
  { podSelector, namespaceSelector, ipBlock, ...rest }: Peer,
  subject: Endpoint,
  peer: Endpoint,
): boolean {
  if (Object.keys(rest).length > 0) throw new Error(`not understood in a NetworkPolicy: ${JSON.stringify(rest)}`);
  if (ipBlock !== undefined) return peer.address !== undefined && isIn(ipBlock.cidr, peer.address);
  if (peer.address !== undefined) return false;
  const inNamespace =
    namespaceSelector === undefined
      ? peer.namespace === subject.namespace
      : selects(namespaceSelector, { 'kubernetes.io/metadata.name': peer.namespace });
  return inNamespace && selects(podSelector ?? {}, peer.labels);
}

function selects({ matchLabels = {}, ...rest }: Selector, labels: Endpoint['labels']): boolean {
  if (Object.keys(rest).length > 0) throw new Error(`not understood in a selector: ${JSON.stringify(rest)}`);
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
}

function isIn(cidr: string, address: string): boolean {
  const [network = '', bits] = cidr.split('/');
  const block = new BlockList();
  block.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  return block.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
