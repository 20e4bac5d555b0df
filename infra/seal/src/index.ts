/**
 * The helper `seal` for both processors that nodes have: built once from `zig/` with a pinned compiler, or found where an image has it.
 * What it does is told by `zig/main.zig` and its `--help`; what it writes is `SealSchema` of the contracts.
 */
export { resolveSeal } from './resolve-seal.ts';
export { OWN_ARCHITECTURE } from './architecture.ts';
export type { Architecture } from './architecture.ts';
