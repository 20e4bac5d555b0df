import type { SealProgram } from './seal-config-map.ts';
import type { SealMount } from './seal-mount.ts';

/** The helper that seals logs: a program, of which a ConfigMap is made, or an image that has it. */
export type SealHelper = SealProgram | Exclude<SealMount, { readonly from: 'configmap' }>;
